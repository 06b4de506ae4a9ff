// RFC 9457 problem documents: every refusal carries the stable ERR_DPP_… code.
import { STATUS_CODES } from 'node:http'
import { DppError, isDppError } from '@dpp/core'
import type { FastifyReply } from 'fastify'
import type { ServerErrorCode } from '../errors.ts'

export type Problem = {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
}

// What is not listed is a fault of the request: 400.
const statuses: { readonly [code: string]: number } = {
  ERR_DPP_ADMIN_UNAUTHORIZED: 401,
  ERR_DPP_BATCH_UNKNOWN: 404,
  ERR_DPP_EVENT_AGE: 422,
  ERR_DPP_EVENT_CONFLICT: 409,
  ERR_DPP_EVENT_ISSUER_REFUSED: 403,
  ERR_DPP_EVENT_KEY_UNKNOWN: 403,
  ERR_DPP_EVENT_SIGNATURE: 422,
  ERR_DPP_EVENT_UNKNOWN: 404,
  ERR_DPP_GENESIS_REFUSED: 422,
  ERR_DPP_HTTP_MEDIA_TYPE: 415,
  ERR_DPP_HTTP_NOT_FOUND: 404,
  ERR_DPP_HTTP_TOO_LARGE: 413,
  ERR_DPP_HTTP_UNAVAILABLE: 503,
  ERR_DPP_ISSUER_FORKED: 403,
  ERR_DPP_ISSUER_INVALID: 403,
  ERR_DPP_ISSUER_UNREACHABLE: 503,
  ERR_DPP_LEASE_LOST: 503,
  ERR_DPP_PRODUCT_CLOSED: 409,
  ERR_DPP_PRODUCT_EXISTS: 409,
  ERR_DPP_PRODUCT_UNKNOWN: 404,
  ERR_DPP_STORE_UNAVAILABLE: 503,
}

const RETRY_AFTER_SECONDS = 5

/** The problem document of an error. What we did not throw on purpose is an outage: no detail of it leaves the process. */
export function toProblem(error: unknown): Problem {
  if (!isDppError(error)) {
    return problem(503, 'ERR_DPP_HTTP_UNAVAILABLE', 'the service cannot do this now')
  }
  const code = String(error.code)
  return problem(statuses[code] ?? 400, code, error.message)
}

export function sendProblem(reply: FastifyReply, { ...body }: Problem): FastifyReply {
  if (body.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
  if (body.status === 401) reply.header('www-authenticate', 'Bearer')
  return reply.code(body.status).type('application/problem+json').send(JSON.stringify(body))
}

export function httpError(code: ServerErrorCode, message: string): DppError<ServerErrorCode> {
  return new DppError(code, message)
}

function problem(status: number, code: string, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code }
}
