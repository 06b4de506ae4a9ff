// Signatures of requests that arrive together are verified together, on all cores: one at a time, a core stands idle
// while another multiplies points.
import { invariant, type ParsedEvent, type ProofResult, verifyEvents } from '@dpp/core'

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

/** Makes a verifier that groups what is asked for within one turn of the event loop. */
export function createEventVerifier(): EventVerifier {
  let group: Waiting[] = []
  function flush(now: Date): void {
    const taken = group
    group = []
    verifyEvents(taken, { now }).then(
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
      if (group.length === 1) setImmediate(() => flush(now))
    })
}
