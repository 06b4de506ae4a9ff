// Signatures of requests that arrive together are verified together, on all cores: one at a time, a core stands idle
// while another multiplies points.
import { type ParsedEvent, type ProofResult, verifyEvents } from '@dpp/core'
import { gathered } from '../gathered.ts'
import type { VerifyPool } from './verify-pool.ts'

export type EventVerifier = (
  event: ParsedEvent,
  publicKey: Uint8Array,
  now: Date,
) => Promise<ProofResult>

// A group that large is worth a message of its own: its verification begins while the next request is parsed. About 2 ms of work:
// no request waits long for another.
const MAX_GROUP = 32

type Check = { readonly event: ParsedEvent; readonly publicKey: Uint8Array; readonly now: Date }

/** Makes a verifier that groups what is asked for within one turn of the event loop. */
export function createEventVerifier({ verify }: VerifyPool): EventVerifier {
  async function verifyAll(checks: readonly Check[]): Promise<readonly ProofResult[]> {
    const now = checks[0]?.now ?? new Date() // All of one turn: the same instant.
    return await verifyEvents(checks, { now, verifyMany: verify })
  }
  const verifyOne = gathered(verifyAll, MAX_GROUP)
  return (event, publicKey, now) => verifyOne({ event, publicKey, now })
}
