// Posted events. The form is core's business; the size of one event, and of all in a request, is the service's.
import { DppError, type ParsedEvent, parseEvent } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'

export const MAX_PRODUCTS = 256
/** Of all events of a request together: each is looked up, and is a delivery. */
export const MAX_PRODUCTS_PER_REQUEST = 10_000
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

/**
 * Refuses the events of a request that name too many products together; a product counts for each event that names it.
 *
 * @throws ERR_DPP_HTTP_TOO_LARGE
 */
export function assertFewProducts(events: readonly ParsedEvent[]): void {
  const count = events.reduce((sum, { products }) => sum + products.length, 0)
  if (count <= MAX_PRODUCTS_PER_REQUEST) return
  throw new DppError<ServerErrorCode>(
    'ERR_DPP_HTTP_TOO_LARGE',
    `the events of a request name at most ${MAX_PRODUCTS_PER_REQUEST} products in all: post fewer of them at a time`,
  )
}
