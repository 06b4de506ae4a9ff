// Bearer tokens for registration and administration. Only their hashes are configured: a leaked configuration opens
// nothing.
import { timingSafeEqual } from 'node:crypto'
import { fromHex, sha256 } from '@dpp/core'
import type { FastifyRequest } from 'fastify'
import { httpError } from './problem.ts'

/** Refuses a request without one of the tokens; with no tokens configured (loopback only) everything is open. @throws ERR_DPP_ADMIN_UNAUTHORIZED */
export function assertAdmin(request: FastifyRequest, tokensSha256: readonly string[]): void {
  if (tokensSha256.length === 0) return
  const [, token] = /^Bearer ([\x21-\x7e]{1,512})$/.exec(request.headers.authorization ?? '') ?? []
  if (token !== undefined) {
    const given = sha256(token)
    if (tokensSha256.some((hash) => timingSafeEqual(fromHex(hash), given))) return
  }
  throw httpError('ERR_DPP_ADMIN_UNAUTHORIZED', 'this needs an administration token')
}
