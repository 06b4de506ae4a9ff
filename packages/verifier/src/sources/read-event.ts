// Reads one event file and holds it against the digest and the product that its log names.
import {
  eventDigest,
  isDppError,
  type JsonObject,
  type ParsedEvent,
  parseEvent,
  parseStrict,
} from '@dpp/core'
import { faultOf, outageText } from '../checks/fault.ts'
import type { Context } from '../context.ts'
import { ended, finding, type Outcome } from '../verdict/reasons.ts'
import type { Finding } from '../verdict/verdict.ts'
import { isSameParty } from './issuer-log.ts'
import type { Reading } from './source.ts'

export type EventContent =
  | { readonly event: ParsedEvent }
  /** Withheld: the digest is in the log, the content is not for everybody. */
  | { readonly withheld: Finding }
  | Outcome<'indeterminate' | 'invalid'>

/** Fetches and reads the event `digest` from its public place. */
export async function fetchEvent(
  url: string,
  digest: string,
  did: string,
  context: Context,
): Promise<EventContent> {
  const reading = await context.read(url, context.limits.maxEventBytes)
  if (reading.status === 'found') return readEventBytes(reading.body, digest, did, context)
  return explainAbsence(reading, url)
}

// DESIGN §4, "Withheld": 401, 403, 404 and 410 all mean that the content is not disclosed; anything else is an outage.
function explainAbsence(reading: Exclude<Reading, { status: 'found' }>, url: string): EventContent {
  const values = { url, cause: outageText(reading) }
  if (reading.status !== 'unreachable') return { withheld: finding('event.not-disclosed', values) }
  const reason = reading.cause === 'too-large' ? 'event.too-large' : 'event.unreachable'
  return ended('indeterminate', reason, values)
}

/** Reads given bytes as the event `digest` about the product `did`. Never throws for any bytes. */
export function readEventBytes(
  body: Uint8Array,
  digest: string,
  did: string,
  context: Context,
): EventContent {
  try {
    return holdAgainst(parseWithin(body, context), digest, did)
  } catch (error) {
    if (!isDppError(error)) throw error
    const { fault, cause } = faultOf(error)
    if (fault === 'unreadable' || body.length === 0) {
      return ended('indeterminate', 'event.unreadable', { digest, cause })
    }
    if (fault === 'too-large') {
      return ended('indeterminate', 'event.too-large', { digest, cause })
    }
    const found = digestOf(body, context.limits.maxEventBytes)
    if (found !== undefined && found !== digest) return otherDigest(digest, found)
    return ended('invalid', 'event.broken', { digest, cause })
  }
}

/** Parses an event within the limits of the verification. @throws what `parseEvent` throws */
export function parseWithin(
  value: Uint8Array | string | JsonObject,
  { limits, profiles }: Context,
): ParsedEvent {
  const parseOptions = { limits: { maxBytes: limits.maxEventBytes } }
  return parseEvent(value, profiles === undefined ? parseOptions : { ...parseOptions, profiles })
}

/** Holds an event against the digest and the product that a log names. */
export function holdAgainst(event: ParsedEvent, digest: string, did: string): EventContent {
  if (event.digest !== digest) return otherDigest(digest, event.digest)
  // By SCID, so that a portable move keeps the event and a copy into a foreign log does not count.
  if (event.products.some((product) => isSameParty(product, did))) return { event }
  const values = { digest, expected: did, found: event.products.join(' ') }
  return ended('invalid', 'event.other-product', values)
}

function otherDigest(expected: string, found: string): EventContent {
  return ended('invalid', 'event.other-digest', { expected, found })
}

function digestOf(body: Uint8Array, maxBytes: number): string | undefined {
  try {
    return eventDigest(parseStrict(body, { maxBytes }))
  } catch (error) {
    if (isDppError(error)) return undefined
    throw error
  }
}
