// Bearer tokens for registration and administration. Only their hashes are configured: a leaked configuration opens
// nothing.
import { timingSafeEqual } from 'node:crypto'
import { fromHex, sha256 } from '@dpp/core'
import type { FastifyRequest } from 'fastify'
import { httpError } from './problem.ts'

/** Refuses a request without one of the tokens; with no tokens configured (loopback only) everything is open. @throws ERR_DPP_ADMIN_UNAUTHORIZED */
export function assertAdmin(request: FastifyRequest, tokensSha256: readonly string[]): void {
  if (tokensSha256.length === 0 || bearsToken(request, tokensSha256)) return
  throw httpError('ERR_DPP_ADMIN_UNAUTHORIZED', 'this needs an administration token')
}

/** Whether a request bears one of the tokens. */
export function bearsToken(request: FastifyRequest, tokensSha256: readonly string[]): boolean {
  // RFC 9110 §11.1: the name of a scheme is written in any case.
  const [, token] =
    /^bearer +([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? '') ?? []
  if (token === undefined) return false
  const given = sha256(token)
  return tokensSha256.some((hash) => timingSafeEqual(fromHex(hash), given))
}
