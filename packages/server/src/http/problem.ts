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
  /** Finds the request in the log. */
  readonly requestId?: string
}

// What is not listed is a fault of the request: 400.
const statuses: { readonly [code: string]: number } = {
  ERR_DPP_ADMIN_UNAUTHORIZED: 401,
  ERR_DPP_BATCH_UNKNOWN: 404,
  ERR_DPP_CONTROLLER_PROOF: 403,
  ERR_DPP_ENTRIES_REFUSED: 422,
  ERR_DPP_EVENT_AGE: 422,
  ERR_DPP_EVENT_CONFLICT: 409,
  ERR_DPP_EVENT_ERASED: 410,
  ERR_DPP_EVENT_ISSUER_REFUSED: 403,
  ERR_DPP_EVENT_KEY_UNKNOWN: 403,
  ERR_DPP_EVENT_QUOTA: 429,
  ERR_DPP_EVENT_RESTRICTED: 403,
  ERR_DPP_EVENT_SIGNATURE: 422,
  ERR_DPP_EVENT_TOKEN: 401,
  ERR_DPP_EVENT_UNKNOWN: 404,
  ERR_DPP_GENESIS_REFUSED: 422,
  ERR_DPP_HTTP_MEDIA_TYPE: 415,
  ERR_DPP_HTTP_NOT_FOUND: 404,
  ERR_DPP_HTTP_RATE_LIMITED: 429,
  ERR_DPP_HTTP_TOO_LARGE: 413,
  ERR_DPP_HTTP_UNAVAILABLE: 503,
  ERR_DPP_ISSUER_FORKED: 403,
  ERR_DPP_ISSUER_INVALID: 403,
  ERR_DPP_ISSUER_UNREACHABLE: 503,
  ERR_DPP_JOURNAL_LOST: 503,
  ERR_DPP_KEY_REFUSED: 503, // The key of receipts, where it lies elsewhere: no request is at fault.
  ERR_DPP_KEY_SIGNATURE: 503,
  ERR_DPP_KEY_UNAVAILABLE: 503,
  ERR_DPP_KEY_UNSUITABLE: 503,
  ERR_DPP_LEASE_LOST: 503,
  ERR_DPP_LOG_BUSY: 409,
  ERR_DPP_LOG_MOVED: 409,
  ERR_DPP_HTTP_PRECONDITION: 412,
  ERR_DPP_HTTP_RANGE: 416,
  ERR_DPP_PASSPORT_OLDER: 409,
  ERR_DPP_PRODUCT_CLOSED: 409,
  ERR_DPP_PRODUCT_EXISTS: 409,
  ERR_DPP_PRODUCT_UNKNOWN: 404,
  ERR_DPP_SERVICE_DID_FOREIGN: 503,
  ERR_DPP_SHARD_OTHER: 421, // RFC 9110 §15.5.20: Misdirected Request.
  ERR_DPP_STORE_CONFLICT: 503, // Whatever the store does not do: no request is at fault.
  ERR_DPP_STORE_EXISTS: 503,
  ERR_DPP_STORE_READ_ONLY: 503,
  ERR_DPP_STORE_REFUSED: 503,
  ERR_DPP_STORE_UNAVAILABLE: 503,
  ERR_DPP_TRANSFER_REFUSED: 403,
}

const RETRY_AFTER_SECONDS = 5

/**
 * The problem document of an error. What neither we nor the HTTP layer threw on purpose is an outage or a fault of ours:
 * no detail of it leaves the process.
 */
export function toProblem(error: unknown): Problem {
  if (isDppError(error)) {
    const code = String(error.code)
    return problem(statuses[code] ?? 400, code, error.message)
  }
  const status = httpStatusOf(error)
  if (status === 413) return problem(413, 'ERR_DPP_HTTP_TOO_LARGE', 'the body is too large')
  if (status === 415) {
    const detail =
      'the media type is not application/json, nor application/vc or application/x-ndjson where events are posted'
    return problem(415, 'ERR_DPP_HTTP_MEDIA_TYPE', detail)
  }
  if (status !== undefined) {
    return problem(status, 'ERR_DPP_HTTP_CLIENT', 'the request cannot be understood')
  }
  if (isOutage(error)) {
    return problem(503, 'ERR_DPP_HTTP_UNAVAILABLE', 'the service cannot do this now')
  }
  return problem(500, 'ERR_DPP_HTTP_INTERNAL', 'a fault of the service; nothing was promised')
}

export function sendProblem(reply: FastifyReply, { ...body }: Problem): FastifyReply {
  const isTemporary = body.status === 503 || body.status === 429
  if (isTemporary && !reply.hasHeader('retry-after')) {
    reply.header('retry-after', RETRY_AFTER_SECONDS)
  }
  if (body.status === 401) reply.header('www-authenticate', 'Bearer')
  return reply
    .code(body.status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify({ ...body, requestId: reply.request.id })))
}

export function httpError(code: ServerErrorCode, message: string): DppError<ServerErrorCode> {
  return new DppError(code, message)
}

const journalOutages: readonly string[] = ['ERR_SQLITE_ERROR', 'ERR_REDIS_OUTAGE']

// Disk, database and network failures carry the system's or the journal's code; a fault of ours does not.
function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return 'syscall' in error || ('code' in error && journalOutages.includes(String(error.code)))
}

// Fastify's own refusals carry a 4xx status.
function httpStatusOf(error: unknown): number | undefined {
  const isOurs = error instanceof Error && 'statusCode' in error
  const status = isOurs ? Number(error.statusCode) : 0
  return status >= 400 && status < 500 ? status : undefined
}

function problem(status: number, code: string, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code }
}
