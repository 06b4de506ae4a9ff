// One posted value as an event. The form is core's business; the size of one event is the service's.
import { DppError, type ParsedEvent, parseEvent } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'

const MAX_EVENT_BYTES = 64 * 1024
const MAX_PRODUCTS = 256

/**
 * Parses one event, from the bytes of a whole request or from one value of a list.
 *
 * @throws ERR_DPP_EVENT_INVALID and core's other codes; ERR_DPP_HTTP_TOO_LARGE
 */
export function parsePosted(value: unknown): ParsedEvent {
  const parsed = parseEvent(value)
  if (parsed.bytes.length > MAX_EVENT_BYTES) {
    throw tooLarge(`an event has at most ${MAX_EVENT_BYTES} bytes`)
  }
  if (parsed.products.length > MAX_PRODUCTS) {
    throw tooLarge(`an event names at most ${MAX_PRODUCTS} products`)
  }
  return parsed
}

function tooLarge(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_HTTP_TOO_LARGE', message)
}
