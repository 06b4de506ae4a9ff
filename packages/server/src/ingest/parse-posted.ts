// One posted event. The form is core's business; the size of one event is the service's.
import { DppError, type ParsedEvent, parseEvent } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'

export const MAX_PRODUCTS = 256
export const EVENT_LIMITS = { maxBytes: 64 * 1024, maxMembers: 4096 }

/**
 * Parses one event from its bytes.
 *
 * @throws ERR_DPP_EVENT_INVALID and core's other codes; ERR_DPP_HTTP_TOO_LARGE
 */
export function parsePosted(body: Uint8Array): ParsedEvent {
  const parsed = parseEvent(body, { limits: EVENT_LIMITS })
  if (parsed.products.length <= MAX_PRODUCTS) return parsed
  throw new DppError<ServerErrorCode>(
    'ERR_DPP_HTTP_TOO_LARGE',
    `an event names at most ${MAX_PRODUCTS} products`,
  )
}
