// Every reason that a verdict can give, with its English sentence. Codes are stable: one is never renamed
// or given another meaning within a major version; docs/reasons.md explains each.
import type { Finding, Values } from './verdict.ts'

/** Reason code → English sentence; `{name}` stands for the value of that name. */
export const englishReasons = {
  'log.verified': 'The log is intact up to version {versionNumber}.',
  'log.did-invalid': 'This is not a did:webvh identifier.',
  'log.unreachable': 'The log could not be fetched ({cause}).',
  'log.not-found': 'There is no log at its address.',
  'log.unreadable': 'What was served as the log is not a log ({cause}).',
  'log.too-large': 'The log exceeds what this check is set to read ({cause}).',
  'log.unsupported': 'The log uses a version of did:webvh that this check does not know ({cause}).',
  'log.broken': 'The log does not hold together: {cause}.',
  'log.other-did': 'The log belongs to another identifier ({found}).',
  'log.witnesses-unreachable': 'The approvals that the log demands could not be fetched ({cause}).',
  'log.witnesses-missing':
    'The log demands approvals by witnesses, and the witness file is absent or does not cover it.',
  'log.witnesses-broken': 'The approvals by witnesses do not hold: {cause}.',
  'log.behind-last-seen': 'The log served is older than one seen before ({expected}).',
  'log.contradicts-last-seen':
    'The log was rewritten: it no longer holds version {expected}, which was seen before.',
  'log.not-yet': 'The log has no version as early as the time asked for.',
  'events.verified': '{verified} of {total} events are verified.',
  'events.none': 'The log names no events yet.',
  'events.not-disclosed': '{withheld} of {total} events are not disclosed.',
  'events.list-broken': 'The list of events in the log does not hold together: {cause}.',
  'event.verified': 'Signed by an issuer that may speak about this product.',
  'event.third-party':
    'A third-party claim: signed by an issuer that neither controls the product nor is listed.',
  'event.not-disclosed': 'The content is not disclosed; its digest is in the log.',
  'event.not-anchored': 'The event stands in an entry that has no final anchor yet.',
  'event.entry-unproven':
    'Whether the entry that carries the event is anchored could not be established.',
  'event.entry-contradicted':
    'The evidence for the entry that carries the event contradicts itself.',
  'event.unreachable': 'The event could not be fetched ({cause}).',
  'event.unreadable': 'What was served as the event is not an event ({cause}).',
  'event.too-large': 'The event exceeds what this check is set to read ({cause}).',
  'event.limit': 'The product has more events than this check is set to read ({limit}).',
  'event.broken': 'The event breaks its format: {cause}.',
  'event.other-digest': 'The content served is not the event that the log names.',
  'event.other-product': 'The event is about other products.',
  'event.not-in-log': 'The log of the product does not carry this event.',
  'event.promised':
    'The log does not carry this event yet; the service promised to anchor it by {anchorBy}.',
  'event.promise-broken':
    'The service promised to anchor this event by {anchorBy}, and the log does not carry it.',
  'event.receipt-unverified':
    'The log does not carry this event, and its receipt could not be verified ({cause}).',
  'event.signature-invalid': 'The signature does not hold ({cause}).',
  'event.key-unknown': 'The issuer never published the key that signed the event.',
  'event.key-unconfirmed':
    "The key that signed the event is not in the copy of the issuer's log that could be read.",
  'event.key-removed':
    'The event was signed with a key that the issuer had removed before the event was anchored.',
  'event.key-removed-undated':
    'The key was removed later, and when could not be established ({cause}).',
  'event.key-removed-pending': 'The key was removed, and the event is not anchored yet.',
  'event.issuer-unreachable': "The issuer's log could not be read ({cause}).",
  'event.issuer-broken': "The issuer's log does not hold: {cause}.",
  'event.issuer-limit': 'There are more issuers or keys than this check is set to read ({limit}).',
  'warning.issuer-mirror':
    "The issuer's own log could not be read; the copy at the service was used.",
  'warning.removal-not-anchored': "The removal of the key is dated by the issuer's own log only.",
  'warning.event-after-anchor': 'The event claims to have happened after it was anchored.',
  'warning.recovery-key-dropped': "Version {versionId} drops the owner's recovery key.",
  'warning.batch-id':
    'The root stands in the registry under another number ({found}) than the proof says ({expected}).',
  'warning.block': 'The proof names another block time ({expected}) than the chain does ({found}).',
  'warning.foreign-proof':
    'The proof file speaks of a version that this log does not have ({versionId}).',
  'warning.earlier-anchor-unread':
    'The anchor of an earlier version could not be confirmed ({cause}).',
  'warning.anchor-unconfirmed':
    'Another anchor that the proof names could not be confirmed ({cause}).',
  'warning.time-only':
    'The policy lists no anchorers: the anchor proves time, not who stands behind it.',
  'inclusion.proven': 'The newest entry is a leaf of an anchored tree.',
  'inclusion.none-yet': 'There is no proof file yet: the log is not anchored.',
  'inclusion.newest-missing': 'The newest entry is not in an anchored batch yet.',
  'inclusion.overdue':
    'The newest entry should have been anchored by now: it is {ageSeconds} seconds old.',
  'inclusion.unreachable': 'The proof file could not be fetched ({cause}).',
  'inclusion.unreadable': 'What was served as the proof file is not JSON ({cause}).',
  'inclusion.too-large': 'The proof file exceeds what this check is set to read ({cause}).',
  'inclusion.unsupported': 'The proof file is of a kind that this check does not know ({cause}).',
  'inclusion.broken': 'The proof file breaks its format: {cause}.',
  'inclusion.other-product': 'The proof file belongs to another product ({found}).',
  'inclusion.root-mismatch':
    'The entry {versionId} does not lead to the root that its proof names.',
  'inclusion.log-behind':
    'The proof file speaks of a newer version ({versionId}) than the log that is served.',
  'anchor.confirmed': 'The chain {chain} has held the root since {time}.',
  'anchor.none-yet': 'The root of the newest entry has no anchor yet.',
  'anchor.newest-missing': 'Earlier entries are anchored; the newest is not yet.',
  'anchor.not-final': 'The root is on the chain, in a block that is not final yet.',
  'anchor.overdue':
    'The newest entry should have a final anchor by now: it is {ageSeconds} seconds old.',
  'anchor.absent': 'The chain does not hold the root that the proof names.',
  'anchor.other-anchorer':
    'The chain says that another account anchored the root ({found}) than the proof does ({expected}).',
  'anchor.not-accepted': 'The root is anchored, but not where the policy accepts it.',
  'anchor.no-reader': 'No way to read the chain {chain} was given.',
  'anchor.unreadable': 'The chain could not be read ({cause}).',
  'anchor.batch-unreachable': 'The file that may name more anchors could not be fetched ({cause}).',
  'anchor.batch-unreadable': 'What was served as the batch file could not be read ({cause}).',
  'anchor.batch-broken': 'The batch file contradicts the proof: {cause}.',
  'anchor.time-contradicts':
    'The entry {versionId} claims a time ({found}) after the block that anchored it ({expected}).',
  'anchor.too-old': 'The newest proof is {ageSeconds} seconds old, more than the policy allows.',
  'check.depends': 'Not reached: an earlier check did not pass.',
  'check.fault': 'The check itself failed: {cause}.',
} as const

/** The code of a reason; docs/reasons.md explains each. */
export type ReasonCode = keyof typeof englishReasons

/** One sentence per reason: a translation is complete or does not compile. */
export type ReasonTexts = Readonly<Record<ReasonCode, string>>

/** A finding with its English sentence. Values are cut to a length that can be shown. */
export function finding(reason: ReasonCode, values: Values = {}): Finding {
  const shown: Record<string, string> = {}
  for (const name in values) shown[name] = clipText(values[name] ?? '') // Names are ours.
  return { reason, values: shown, text: explainFinding({ reason, values: shown }) }
}

/** A finding as the cause of another one, which has no cause of its own: what it compared, and its reason in `because`. */
export function becauseOf({ reason, values }: Finding): Values {
  const { because } = values
  return { ...values, because: because === undefined ? reason : `${reason} ${because}` }
}

/**
 * The sentence of a finding in a language: of a check, an entry, an event or a warning.
 *
 * Reasons in `values.because` are sentences too, each the `{cause}` of the one before.
 */
export function explainFinding(
  { reason, values }: Pick<Finding, 'reason' | 'values'>,
  texts: ReasonTexts = englishReasons,
): string {
  const { because, cause = '' } = values
  const codes = [reason, ...((because?.split(' ') ?? []) as ReasonCode[])]
  // A sentence within a sentence has no full stop.
  return codes.reduceRight(
    (inner, code) => fillText(texts[code], { ...values, cause: inner.slice(0, -1) }),
    `${cause}.`,
  )
}

/** How a step, a file or an event ended, and why. */
export type Outcome<Status extends string> = {
  readonly status: Status
  readonly finding: Finding
}

/** A status with its {@link finding}. */
export function ended<Status extends string>(
  status: Status,
  reason: ReasonCode,
  values?: Values,
): Outcome<Status> {
  return { status, finding: finding(reason, values) }
}

/** Puts values into a sentence. One pass: a value that looks like a placeholder stays text. */
export function fillText(sentence: string, values: Values): string {
  const parts = sentence.split(/[{}]/)
  return parts.map((part, i) => (i % 2 === 0 ? part : (values[part] ?? `{${part}}`))).join('')
}

const MAX_VALUE_LENGTH = 300
const UNSHOWABLE = /[\p{Cc}\p{Cs}\u2028\u2029]+/u

// Values come from foreign files: no control characters, no text that fills the screen, no lone surrogate.
function clipText(value: string): string {
  if (value.length <= MAX_VALUE_LENGTH && !UNSHOWABLE.test(value)) return value
  const clean = value.replaceAll(new RegExp(UNSHOWABLE, 'gu'), ' ')
  const points = [...clean.slice(0, 2 * MAX_VALUE_LENGTH)]
  return points.length <= MAX_VALUE_LENGTH
    ? points.join('')
    : `${points.slice(0, MAX_VALUE_LENGTH).join('')}…`
}
