// The queue is bounded: when too much waits, new events are refused before any work is done for them.
import { DppError } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'
import type { EventQueue } from '../journal/port.ts'

const LOOK_AGAIN_MS = 1000

/** Makes the check: it throws ERR_DPP_HTTP_UNAVAILABLE while more than `most` deliveries wait. Looks once a second. */
export function createBackPressure(
  queue: EventQueue,
  most: number,
  now: () => Date,
): () => Promise<void> {
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let isFull = false
  return async () => {
    const nowMs = now().getTime()
    if (Math.abs(nowMs - lookedAtMs) >= LOOK_AGAIN_MS) {
      lookedAtMs = nowMs
      isFull = (await queue.backlog()).deliveries > most
    }
    if (isFull) {
      throw new DppError<ServerErrorCode>('ERR_DPP_HTTP_UNAVAILABLE', 'too many events wait')
    }
  }
}
