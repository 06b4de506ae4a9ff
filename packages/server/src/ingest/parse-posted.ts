// One posted value as an event. The form is core's business; the size of one event is the service's.
import { DppError, type ParsedEvent, parseEvent } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'

const MAX_PRODUCTS = 256
const EVENT_LIMITS = { maxBytes: 64 * 1024, maxMembers: 4096 }

/**
 * Parses one event, from the bytes of a whole request or from one value of a list that `parseStrict` gave.
 *
 * @throws ERR_DPP_EVENT_INVALID and core's other codes; ERR_DPP_HTTP_TOO_LARGE
 */
export function parsePosted(value: unknown): ParsedEvent {
  const parsed = parseEvent(value, { limits: EVENT_LIMITS, isOwned: true })
  if (parsed.products.length <= MAX_PRODUCTS) return parsed
  throw new DppError<ServerErrorCode>(
    'ERR_DPP_HTTP_TOO_LARGE',
    `an event names at most ${MAX_PRODUCTS} products`,
  )
}
