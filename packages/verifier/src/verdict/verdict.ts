// The verdict: what a verification established, as plain JSON data (format: docs/spec/verdict.md, version 1).
//
// Times are RFC 3339 text in UTC, big numbers are decimal strings, chains are CAIP-2. A field that does
// not apply is `null`, never absent, so that a verdict compares equal in every runtime.
import { verifierError } from '../errors.ts'
import type { ReasonCode } from './reasons.ts'

/** `invalid` outranks `indeterminate`, which outranks `pending`, which outranks `anchored`. */
export type VerdictStatus = 'anchored' | 'pending' | 'indeterminate' | 'invalid'

/** How a check ended. `skipped`: an earlier check left nothing to look at. */
export type CheckStatus = 'passed' | 'pending' | 'indeterminate' | 'invalid' | 'skipped'

/** The steps of every verification, in the order in which a verdict lists them. */
export type CheckName = 'log' | 'events' | 'inclusion' | 'anchor'

/** The compared values behind a reason: short texts, safe to show. */
export type Values = Readonly<Record<string, string>>

/** A reason with its values and its English sentence. */
export type Finding = {
  readonly reason: ReasonCode
  readonly values: Values
  readonly text: string
}

/** What one of the four steps established. */
export type Check = Finding & { readonly check: CheckName; readonly status: CheckStatus }

/** Something a person should know that changes no status. */
export type Warning = Finding

/** An anchor that a chain confirmed. */
export type ConfirmedAnchor = {
  readonly chain: string
  readonly registry: string
  /** The account that anchored, as the chain recorded it. */
  readonly anchorer: string
  /** Whether the policy lists anchorers; if not, the anchor proves time only, not who stands behind it. */
  readonly anchorerListed: boolean
  readonly batchId: string
  readonly root: string
  /** The time of the anchoring block. */
  readonly time: string
  readonly final: boolean
  /** Where the proof file says the transaction is: a hint that nothing depends on. */
  readonly claimed: {
    readonly transactionHash: string | null
    readonly blockNumber: string | null
  }
  /** The chain head at which the registry was read. */
  readonly readAt: { readonly number: string; readonly hash: string; readonly time: string }
}

/** What is known about one entry of the log. */
export type EntryVerdict = Finding & {
  readonly versionId: string
  /** The time that the log claims. */
  readonly versionTime: string
  readonly status: VerdictStatus
  /** The earliest accepted anchor of this entry or a later one: an upper bound of its age. */
  readonly anchor: ConfirmedAnchor | null
  readonly eventDigests: readonly string[]
}

/** Which items an event joins to, or takes out of, which whole. */
export type Association = {
  readonly action: 'ADD' | 'DELETE'
  readonly parent: string
  readonly children: readonly string[]
}

/** Why the issuer may speak about the product. */
export type Standing = 'controller' | 'listed' | 'third-party'

/** What one event is worth: the worse of its own content and of the entry that carries it. */
export type EventVerdict = Finding & {
  readonly digest: string
  readonly status: VerdictStatus
  /** The entry that carries the digest. */
  readonly versionId: string
  /** False where the content is withheld: the digest is anchored, issuer and signature are unchecked. */
  readonly disclosed: boolean
  readonly issuer: string | null
  readonly standing: Standing | null
  readonly eventType: string | null
  /** DIDs of the products that the event names. */
  readonly products: readonly string[]
  /** What an AssociationEvent joins or takes apart: Digital Links, as the event writes them. */
  readonly association: Association | null
  /** What the issuer claims; proves nothing. */
  readonly claimed: {
    readonly eventTime: string
    readonly validFrom: string
    readonly created: string | null
  } | null
  /** What the log claims. */
  readonly loggedTime: string
  /** What the chain proves: the event existed by then. */
  readonly anchoredTime: string | null
  readonly corrects: string | null
  /** Digests of verified events by the same issuer or the controller that correct this one. */
  readonly correctedBy: readonly string[]
  readonly warnings: readonly Warning[]
}

/** How many events there are of each status, and of each kind that a person should know of. */
export type EventCounts = {
  readonly anchored: number
  readonly pending: number
  readonly indeterminate: number
  readonly invalid: number
  /** Of all: not disclosed, by a third party, corrected by a later event. */
  readonly withheld: number
  readonly thirdParty: number
  readonly corrected: number
}

/** What a verification established. */
export type Verdict = {
  readonly type: 'DppVerdict'
  readonly version: 1
  readonly did: string
  readonly status: VerdictStatus
  /** Always the four of {@link checkNames}, in that order. */
  readonly checks: readonly Check[]
  readonly warnings: readonly Warning[]
  readonly checkedAt: string
  /** What the newest verified entry says; null where no log could be verified. */
  readonly product: {
    readonly scid: string
    readonly versionId: string
    readonly versionTime: string
    readonly controller: readonly string[]
    readonly alsoKnownAs: readonly string[]
    readonly deactivated: boolean
  } | null
  /** The anchor of the newest entry. */
  readonly anchor: ConfirmedAnchor | null
  /** The newest entry that is anchored, by when, and how long ago that was. */
  readonly anchoredThrough: {
    readonly versionId: string
    readonly time: string
    readonly ageSeconds: number
  } | null
  readonly entries: readonly EntryVerdict[]
  readonly events: readonly EventVerdict[]
  readonly eventCounts: EventCounts
}

/** The names of the checks in their order: known before a verification starts, so that a page can draw them. */
export const checkNames: readonly CheckName[] = ['log', 'events', 'inclusion', 'anchor']

const SEVERITY: readonly CheckStatus[] = [
  'skipped',
  'passed',
  'pending',
  'indeterminate',
  'invalid',
]

/** Tells whether `a` is worse than `b`: `invalid > indeterminate > pending > passed > skipped`. */
export function isWorse(a: CheckStatus, b: CheckStatus): boolean {
  return SEVERITY.indexOf(a) > SEVERITY.indexOf(b)
}

/**
 * The status that a list of checks amounts to.
 *
 * `anchored` needs the log, inclusion and anchor checks `passed` and nothing worse than `passed`: it
 * cannot come out of an empty list or of skipped checks.
 */
export function statusOfChecks(checks: readonly Check[]): VerdictStatus {
  let worst: CheckStatus = 'skipped'
  for (const { status } of checks) if (isWorse(status, worst)) worst = status
  if (worst === 'invalid' || worst === 'indeterminate' || worst === 'pending') return worst
  const proven = (['log', 'inclusion', 'anchor'] as const).every((name) =>
    checks.some(({ check, status }) => check === name && status === 'passed'),
  )
  return proven ? 'anchored' : 'indeterminate'
}

/**
 * Refuses every verdict but `anchored`, for callers that want an exception.
 *
 * @throws ERR_DPP_NOT_ANCHORED with the status and the sentence of the check that decided.
 */
export function assertAnchored(verdict: Verdict): void {
  if (verdict.status === 'anchored') return
  const decisive = decisiveCheck(verdict)
  throw verifierError(
    'ERR_DPP_NOT_ANCHORED',
    `${verdict.did} is ${verdict.status}${decisive === undefined ? '' : `: ${decisive.text}`}`,
  )
}

/** The first of the worst checks: the one that decided the status. */
export function decisiveCheck(verdict: Pick<Verdict, 'checks'>): Check | undefined {
  let decisive: Check | undefined
  for (const check of verdict.checks) {
    if (decisive === undefined || isWorse(check.status, decisive.status)) decisive = check
  }
  return decisive
}
