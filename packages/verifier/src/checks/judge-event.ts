// What one event is worth: who signed it, with what right, with which key, and whether that key counted at the time.
import { type ParsedEvent, publicKeyOfDidKey, verifyEvent } from '@dpp/core'
import type { Context } from '../context.ts'
import {
  type IssuerReader,
  isSameParty,
  type KeySpan,
  type ReadIssuer,
} from '../sources/issuer-log.ts'
import type { VerifiedLog } from '../sources/read-log.ts'
import { becauseOf, ended, finding, type ReasonCode } from '../verdict/reasons.ts'
import type { CheckStatus, Finding, Standing, Values, Warning } from '../verdict/verdict.ts'
import { dateRemoval, type Surroundings } from './date-removal.ts'

/** An event in its place: the controllers as of its entry, and when that entry was anchored. */
export type PlacedEvent = {
  readonly event: ParsedEvent
  readonly controllers: readonly string[]
  readonly anchoredTime: Date | undefined
}

/** The worth of the content alone, whatever the entry's anchor says. */
export type Judgement = {
  readonly status: Exclude<CheckStatus, 'skipped'>
  readonly finding: Finding
  readonly standing: Standing
  readonly warnings: readonly Warning[]
}

/** Judges one event. */
export async function judgeEvent(
  placed: PlacedEvent,
  readIssuer: IssuerReader,
  surroundings: Surroundings,
  context: Context,
): Promise<Judgement> {
  const standing = standingOf(placed, context)
  const verified = finding(standing === 'third-party' ? 'event.third-party' : 'event.verified', {
    issuer: placed.event.issuer,
  })
  const signature = placed.event.issuer.startsWith('did:key:')
    ? checkDidKey(placed, context)
    : await checkIssuerKey(placed, readIssuer, surroundings, context)
  const warnings = [...signature.warnings, ...timeWarnings(placed)]
  return { status: signature.status, finding: signature.finding ?? verified, standing, warnings }
}

/** The right to speak (DESIGN §4, "Issuers"): controller as of the entry, or listed for this type of event. */
function standingOf({ event, controllers }: PlacedEvent, { policy }: Context): Standing {
  const { issuer, type } = event
  if (issuer.startsWith('did:key:') && !policy.allowDidKey) return 'third-party'
  if (controllers.some((controller) => isSameParty(controller, issuer))) return 'controller'
  const isListed = policy.issuers.some(
    ({ did, types }) => isSameParty(did, issuer) && (types === undefined || types.includes(type)),
  )
  return isListed ? 'listed' : 'third-party'
}

type SignatureCheck = {
  readonly status: Judgement['status']
  /** Absent where the signature holds. */
  readonly finding?: Finding
  readonly warnings: readonly Warning[]
}

function checkDidKey(placed: PlacedEvent, context: Context): SignatureCheck {
  const { issuer, verificationMethod } = placed.event
  const values = { issuer, verificationMethod }
  const publicKey = publicKeyOfDidKey(verificationMethod)
  if (publicKey === undefined) return failed('invalid', 'event.key-unknown', values)
  const cause = signatureFault(placed, publicKey, context)
  if (cause === undefined) return { status: 'passed', warnings: [] }
  return failed('invalid', 'event.signature-invalid', { ...values, cause })
}

async function checkIssuerKey(
  placed: PlacedEvent,
  readIssuer: IssuerReader,
  surroundings: Surroundings,
  context: Context,
): Promise<SignatureCheck> {
  const { issuer } = placed.event
  let outcome = await readIssuer(issuer)
  if (!('log' in outcome)) return { ...outcome, warnings: [] }
  let found = findKey(placed, outcome, context)
  if ('fault' in found) {
    // The issuer may have published the key a moment ago, behind a cache.
    const fresh = await readIssuer(issuer, { fresh: true })
    // Without a second look a key that is missing may only be new.
    if (!('log' in fresh)) return { ...fresh, warnings: [] }
    outcome = fresh
    found = findKey(placed, fresh, context)
  }
  const { log, fromMirror } = outcome
  const warnings = fromMirror ? [finding('warning.issuer-mirror', { issuer })] : []
  if ('fault' in found) return { ...found.fault, warnings }
  const { removedIndex } = found.span
  if (removedIndex === undefined) return { status: 'passed', warnings }
  return checkRemovedKey(placed, { log, removedIndex, warnings }, surroundings, context)
}

/** Keys tried under one verification method: a log that rotates for ever must not make a verifier work for ever. */
const MAX_KEYS = 64

/** The span whose key made the signature: the newest first, since that is the likely one. */
function findKey(
  placed: PlacedEvent,
  issuer: ReadIssuer,
  context: Context,
): { readonly span: KeySpan } | { readonly fault: SignatureCheck } {
  const { verificationMethod, issuer: did } = placed.event
  const values = { issuer: did, verificationMethod }
  const spans = issuer.spansOf(verificationMethod)
  let cause: string | undefined
  for (const span of spans.slice(0, MAX_KEYS)) {
    const fault = signatureFault(placed, span.publicKey, context)
    if (fault === undefined) return { span }
    cause ??= fault
  }
  if (spans.length > MAX_KEYS) {
    return {
      fault: failed('indeterminate', 'event.issuer-limit', { limit: String(MAX_KEYS) }),
    }
  }
  if (cause !== undefined) {
    return { fault: failed('invalid', 'event.signature-invalid', { ...values, cause }) }
  }
  return issuer.fromMirror
    ? { fault: failed('indeterminate', 'event.key-unconfirmed', values) }
    : { fault: failed('invalid', 'event.key-unknown', values) }
}

// DESIGN §4, "Key rotation": `created` proves nothing; only the anchors of the event and of the removal do.
async function checkRemovedKey(
  { event, anchoredTime }: PlacedEvent,
  removal: { log: VerifiedLog; removedIndex: number; warnings: readonly Warning[] },
  surroundings: Surroundings,
  context: Context,
): Promise<SignatureCheck> {
  const { log, removedIndex, warnings } = removal
  const { issuer, verificationMethod } = event
  const values = {
    issuer,
    verificationMethod,
    removedBy: log.versions[removedIndex]?.versionId ?? '',
  }
  if (anchoredTime === undefined) {
    return failed('pending', 'event.key-removed-pending', values, warnings)
  }
  const dated = await dateRemoval(log, removedIndex, surroundings, context)
  if ('finding' in dated) {
    return failed(
      'indeterminate',
      'event.key-removed-undated',
      { ...becauseOf(dated.finding), ...values },
      warnings,
    )
  }
  const more = dated.anchored
    ? warnings
    : [...warnings, finding('warning.removal-not-anchored', values)]
  // The same batch gives the same time, which is "not later": leaves are sorted by hash, their order tells nothing.
  if (anchoredTime <= dated.time) return { status: 'passed', warnings: more }
  const times = { expected: dated.time.toISOString(), found: anchoredTime.toISOString() }
  return failed('invalid', 'event.key-removed', { ...values, ...times }, more)
}

/** Why the signature does not hold, or undefined. */
function signatureFault(
  { event, anchoredTime }: PlacedEvent,
  publicKey: Uint8Array,
  { now }: Context,
): string | undefined {
  const result = verifyEvent(event, publicKey, { now })
  if (result.verified) return undefined
  // A proof that has expired since was good when it was anchored.
  if (result.reason === 'ERR_DPP_PROOF_EXPIRED' && anchoredTime !== undefined) {
    const then = verifyEvent(event, publicKey, { now: anchoredTime })
    return then.verified ? undefined : then.reason
  }
  return result.reason
}

function timeWarnings({ event, anchoredTime }: PlacedEvent): Warning[] {
  const latest = Math.max(
    event.eventTime.getTime(),
    event.validFrom.getTime(),
    event.created?.getTime() ?? 0,
  )
  if (anchoredTime === undefined || latest <= anchoredTime.getTime() + 5 * 60_000) return []
  const values = { claimed: new Date(latest).toISOString(), anchored: anchoredTime.toISOString() }
  return [finding('warning.event-after-anchor', values)]
}

function failed(
  status: Judgement['status'],
  reason: ReasonCode,
  values: Values,
  warnings: readonly Warning[] = [],
): SignatureCheck {
  return { ...ended(status, reason, values), warnings }
}
