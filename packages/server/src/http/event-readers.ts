// Who may read an event whose content is not public. Its bytes never lie under the public prefix: a store or CDN without
// this service before it answers 404, which a verifier takes as withheld, as it does 401, 403 and 410.
import type { FastifyRequest } from 'fastify'
import type { AppContext } from '../app.ts'
import type { Withheld } from '../journal/port.ts'
import { bearsToken } from './admin.ts'
import { httpError } from './problem.ts'

/**
 * Refuses who may not read the event.
 *
 * @throws ERR_DPP_EVENT_ERASED; ERR_DPP_EVENT_TOKEN without a token that is known; ERR_DPP_EVENT_RESTRICTED with one of
 * another audience
 */
export function assertReader(
  request: FastifyRequest,
  { audiences, adminTokensSha256 }: Pick<AppContext, 'audiences' | 'adminTokensSha256'>,
  { audience, isErased }: Withheld,
): void {
  if (isErased) throw httpError('ERR_DPP_EVENT_ERASED', 'the content of this event was erased')
  const own = audience === undefined ? [] : (audiences[audience] ?? [])
  if (bearsToken(request, [...own, ...adminTokensSha256])) return
  if (bearsToken(request, Object.values(audiences).flat())) {
    throw httpError('ERR_DPP_EVENT_RESTRICTED', 'the event is for another audience')
  }
  throw httpError('ERR_DPP_EVENT_TOKEN', 'this event is for an audience: a token is needed')
}
