// The queue is bounded: when too much waits, new events are refused before any work is done for them.
import { DppError } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'
import type { EventQueue } from '../journal/port.ts'

const LOOK_AGAIN_MS = 1000
const LOOK_AT_LEAST_MS = 10_000
// To count what waits costs the more, the more it is. Until a quarter of the room that was left has been used here, it is not looked at:
// other replicas use it too.
const SHARE_OF_ROOM = 1 / 4

/** Makes the check for this many new events: it throws ERR_DPP_HTTP_UNAVAILABLE while more than `most` deliveries wait. */
export function createBackPressure(
  queue: EventQueue,
  most: number,
  now: () => Date,
): (events: number) => Promise<void> {
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let room = 0
  let isFull = false
  return async (events) => {
    const nowMs = now().getTime()
    const wait = room > 0 ? LOOK_AT_LEAST_MS : LOOK_AGAIN_MS
    if (Math.abs(nowMs - lookedAtMs) >= wait) {
      lookedAtMs = nowMs
      const { deliveries } = await queue.backlog()
      isFull = deliveries > most
      room = (most - deliveries) * SHARE_OF_ROOM
    }
    room -= events
    if (isFull) {
      throw new DppError<ServerErrorCode>('ERR_DPP_HTTP_UNAVAILABLE', 'too many events wait')
    }
  }
}
