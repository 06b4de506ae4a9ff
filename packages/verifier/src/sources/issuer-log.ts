// Issuers: whose log says which keys, since when and until when.

import type { LogVersion } from '@dpp/webvh'
import { verificationKey } from '@dpp/webvh'
import type { Context } from '../context.ts'
import { becauseOf, ended, finding, type Outcome } from '../verdict/reasons.ts'
import type { Finding, Values } from '../verdict/verdict.ts'
import { readDid } from './layout.ts'
import { compareLastSeen } from './product-log.ts'
import { type LogOutcome, readLog, type VerifiedLog } from './read-log.ts'

export type ReadIssuer = {
  readonly log: VerifiedLog
  readonly fromMirror: boolean
  /** {@link keySpans} of the log, computed once per verification method. */
  spansOf(verificationMethod: string): readonly KeySpan[]
}

export type IssuerOutcome = ReadIssuer | Outcome<'indeterminate' | 'invalid'>

/** Reads issuers, each once per verification however many events it signed. */
export type IssuerReader = (
  did: string,
  options?: { readonly fresh?: boolean },
) => Promise<IssuerOutcome>

/**
 * A reader of issuers' logs: from where the DID says, else from the mirror beside the product.
 *
 * Both are verified alike; the mirror may lag, so a verdict names it. `fresh` asks for everything newer
 * than what was read before: past caches, and at the mirror as well.
 */
export function createIssuerReader(mirrorBase: string, context: Context): IssuerReader {
  const known = new Map<string, Promise<IssuerOutcome>>()
  return (did, { fresh = false } = {}) => {
    const key = `${fresh ? 'fresh ' : ''}${did}`
    let outcome = known.get(key)
    if (outcome === undefined) {
      // The bound counts issuers, not events: one issuer may have signed all of them.
      outcome =
        known.size >= 2 * context.limits.maxIssuers
          ? Promise.resolve(tooMany(context))
          : readIssuer(did, mirrorBase, fresh, context)
      known.set(key, outcome)
    }
    return outcome
  }
}

async function readIssuer(
  did: string,
  mirrorBase: string,
  fresh: boolean,
  context: Context,
): Promise<IssuerOutcome> {
  const parsed = readDid(did)
  if (parsed === undefined) return unreachable({ cause: `${did.slice(0, 80)} is not a did:webvh` })
  const own = await readLog(parsed, context, { fresh })
  if ('log' in own && !fresh) return accept(own.log, false, context)
  if ('status' in own && own.status === 'invalid') return broken(own.finding)
  const mirror = await readLog(parsed, context, {
    url: `${mirrorBase}${parsed.scid}/did.jsonl`,
    fresh,
  })
  if ('log' in own) return acceptNewer(own.log, mirror, context)
  if ('log' in mirror) return accept(mirror.log, true, context)
  return mirror.status === 'invalid' ? broken(mirror.finding) : unreachable(becauseOf(own.finding))
}

/**
 * The issuer's own log, unless the mirror continues it: a cache on the way may ignore that it was asked past.
 * Two logs of one SCID of which neither continues the other are a fork.
 */
function acceptNewer(own: VerifiedLog, mirror: LogOutcome, context: Context): IssuerOutcome {
  if (!('log' in mirror)) return accept(own, false, context)
  const shared = Math.min(own.versions.length, mirror.log.versions.length) - 1
  if (own.versions[shared]?.versionId !== mirror.log.versions[shared]?.versionId) {
    return broken(finding('log.broken', { cause: 'the issuer and the mirror have two histories' }))
  }
  const isAhead = mirror.log.versions.length > own.versions.length
  return isAhead ? accept(mirror.log, true, context) : accept(own, false, context)
}

function accept(log: VerifiedLog, fromMirror: boolean, context: Context): IssuerOutcome {
  const fault = compareLastSeen(log, context)
  if (fault?.status === 'invalid') return broken(fault.finding)
  if (fault !== undefined) return unreachable(becauseOf(fault.finding))
  // As of an earlier time, only what the issuer had written by then.
  const versions = log.versions.filter(({ versionTime }) => versionTime <= context.at)
  const newest = versions.at(-1)
  if (newest === undefined) return unreachable({ cause: 'the issuer did not exist yet' })
  const spans = new Map<string, readonly KeySpan[]>()
  return {
    log: { ...log, versions, newest },
    fromMirror,
    spansOf(verificationMethod) {
      const known = spans.get(verificationMethod) ?? keySpans(versions, verificationMethod)
      spans.set(verificationMethod, known)
      return known
    },
  }
}

/** A time during which the issuer published a key under one verification method. */
export type KeySpan = {
  readonly publicKey: Uint8Array
  /** Index of the version that no longer lists it; undefined while it is listed. */
  readonly removedIndex: number | undefined
}

/**
 * Every key that stood under a verification method in `assertionMethod`, newest first.
 *
 * A method that was given another key is two spans. Deactivation removes every key.
 */
export function keySpans(versions: readonly LogVersion[], verificationMethod: string): KeySpan[] {
  const spans: KeySpan[] = []
  let current: Uint8Array | undefined
  for (const [index, { document, parameters }] of versions.entries()) {
    const key = parameters.deactivated
      ? undefined
      : verificationKey(document, verificationMethod, 'assertionMethod')
    if (isSame(key, current)) continue
    if (current !== undefined) spans.push({ publicKey: current, removedIndex: index })
    current = key
  }
  if (current !== undefined) spans.push({ publicKey: current, removedIndex: undefined })
  return spans.reverse()
}

/** The SCID of a did:webvh, else undefined. It does not look at what follows: that a DID is well-formed, its log shows. */
export function scidOf(did: string): string | undefined {
  return /^did:webvh:([1-9A-HJ-NP-Za-km-z]{46}):/.exec(did)?.[1]
}

/** Tells whether two DIDs name the same party: by SCID where both are did:webvh, so that a move keeps it. */
export function isSameParty(a: string, b: string): boolean {
  if (a === b) return true
  const scid = scidOf(a)
  return scid !== undefined && scid === scidOf(b)
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

function tooMany({ limits }: Context): IssuerOutcome {
  return ended('indeterminate', 'event.issuer-limit', { limit: String(limits.maxIssuers) })
}

function unreachable(why: Values): IssuerOutcome {
  return ended('indeterminate', 'event.issuer-unreachable', why)
}

function broken(why: Finding): Extract<LogOutcome, { status: string }> {
  return ended('invalid', 'event.issuer-broken', becauseOf(why))
}
