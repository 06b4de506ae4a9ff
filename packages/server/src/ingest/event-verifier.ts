// Signatures of requests that arrive together are verified together, on all cores: one at a time, a core stands idle
// while another multiplies points.
import { invariant, type ParsedEvent, type ProofResult, verifyEvents } from '@dpp/core'
import type { VerifyPool } from './verify-pool.ts'

export type EventVerifier = (
  event: ParsedEvent,
  publicKey: Uint8Array,
  now: Date,
) => Promise<ProofResult>

type Waiting = {
  readonly event: ParsedEvent
  readonly publicKey: Uint8Array
  readonly resolve: (result: ProofResult) => void
  readonly reject: (error: unknown) => void
}

// A group that large is worth a message of its own: its verification begins while the next request is parsed.
const MAX_GROUP = 32

/** Makes a verifier that groups what is asked for within one turn of the event loop. */
export function createEventVerifier(pool: VerifyPool): EventVerifier {
  let group: Waiting[] = []
  function flush(now: Date): void {
    if (group.length === 0) return // It was full before its turn came.
    const taken = group
    group = []
    verifyEvents(taken, { now, verifyMany: pool.verify }).then(
      (results) => {
        taken.forEach(({ resolve }, index) => {
          const result = results[index]
          invariant(result !== undefined, 'every event has a result')
          resolve(result)
        })
      },
      (error: unknown) => {
        for (const { reject } of taken) reject(error)
      },
    )
  }
  return (event, publicKey, now) =>
    new Promise((resolve, reject) => {
      group.push({ event, publicKey, resolve, reject })
      if (group.length === MAX_GROUP) flush(now)
      else if (group.length === 1) setImmediate(() => flush(now))
    })
}
