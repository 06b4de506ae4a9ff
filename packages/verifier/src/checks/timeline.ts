// When each entry of the log existed: roots found on a chain, spread over the entries that they cover.
import type { LogVersion } from '@dpp/webvh'
import { ageSeconds, type Context, formatTime } from '../context.ts'
import type { ProductEvidence } from '../sources/product-log.ts'
import { ended, finding, type Outcome } from '../verdict/reasons.ts'
import type { CheckStatus, ConfirmedAnchor, Finding, VerdictStatus } from '../verdict/verdict.ts'
import type { RootOutcome } from './confirm-anchor.ts'
import type { ProvenRoot } from './find-anchor.ts'

export type LookedUpRoot = { readonly root: ProvenRoot; readonly outcome: RootOutcome }

/** What is known about one entry. */
export type EntryState = {
  readonly version: LogVersion
  /** The time that the log claims, as text. */
  readonly loggedTime: string
  readonly status: VerdictStatus
  readonly finding: Finding
  /** The earliest accepted anchor of this entry or a later one. */
  readonly anchor: ConfirmedAnchor | undefined
  readonly anchoredTime: Date | undefined
}

export type StepResult = Outcome<CheckStatus>

/** `versionTime` may be later than the block that anchored the entry by this: clocks differ. */
const CLOCK_TOLERANCE_MS = 5 * 60_000

/** A claimed time that the anchor refutes (DESIGN §4, "Times"). */
export function findTimeContradiction(
  versions: readonly LogVersion[],
  lookedUp: readonly LookedUpRoot[],
): Finding | undefined {
  for (const { root, outcome } of lookedUp) {
    const version = versions[root.newestIndex]
    const { time } = outcome
    if (version === undefined || time === undefined) continue
    if (version.versionTime.getTime() > time.getTime() + CLOCK_TOLERANCE_MS) {
      return finding('anchor.time-contradicts', {
        versionId: version.versionId,
        found: formatTime(version.versionTime),
        expected: formatTime(time),
      })
    }
  }
  return undefined
}

/** The inclusion check: is the newest entry a leaf of some tree whose root is named? */
export function checkInclusion(
  { file, inclusion }: ProductEvidence,
  versions: readonly LogVersion[],
  context: Context,
): StepResult {
  if (!('proofs' in file)) {
    return file.status === 'pending' ? pendingOrOverdue(file.finding, versions, context) : file
  }
  if (inclusion.mismatch !== undefined) return { status: 'invalid', finding: inclusion.mismatch }
  if (inclusion.beyond !== undefined) {
    return ended('indeterminate', 'inclusion.log-behind', { versionId: inclusion.beyond })
  }
  const newest = versions.length - 1
  const own = inclusion.proven.find(({ index }) => index === newest)
  if (own !== undefined) {
    const { versionId, root } = own.proof
    return ended('passed', 'inclusion.proven', { versionId, root })
  }
  const covered = inclusion.proven.reduce(
    (last, { index }) => (index < newest ? Math.max(last, index) : last),
    -1,
  )
  const versionId = versions[newest]?.versionId ?? ''
  return pendingOrOverdue(
    finding(file.proofs.length === 0 ? 'inclusion.none-yet' : 'inclusion.newest-missing', {
      versionId,
    }),
    versions.slice(covered + 1),
    context,
  )
}

// `pending` has an end (DESIGN §4, maxPendingAge): counted from the oldest entry that waits, or a log that keeps
// growing would hide for ever that nothing is anchored.
function pendingOrOverdue(
  why: Finding,
  waiting: readonly LogVersion[],
  { at, policy }: Context,
  overdue: 'inclusion.overdue' | 'anchor.overdue' = 'inclusion.overdue',
): StepResult {
  const [oldest] = waiting
  const age = oldest === undefined ? 0 : ageSeconds(oldest.versionTime, at)
  if (age <= policy.maxPendingAgeSeconds) return { status: 'pending', finding: why }
  const values = { versionId: oldest?.versionId ?? '', ageSeconds: String(age) }
  return ended('indeterminate', overdue, values)
}

/** The anchor check: does an accepted chain hold the root of the newest entry? */
export function checkAnchor(
  versions: readonly LogVersion[],
  lookedUp: readonly LookedUpRoot[],
  context: Context,
): StepResult {
  const invalid = lookedUp.find(({ outcome }) => outcome.status === 'invalid')
  if (invalid !== undefined) return { status: 'invalid', finding: invalid.outcome.finding }
  const contradiction = findTimeContradiction(versions, lookedUp)
  if (contradiction !== undefined) return { status: 'invalid', finding: contradiction }
  if (lookedUp.length === 0) return ended('skipped', 'check.depends')
  const newest = versions.length - 1
  const anchored = lookedUp.filter(({ outcome }) => outcome.status === 'passed')
  const lastAnchored = anchored.reduce((last, { root }) => Math.max(last, root.newestIndex), -1)
  const waiting = versions.slice(lastAnchored + 1)
  const own = lookedUp.filter(({ root }) => root.newestIndex === newest)
  const best = bestOutcome(own.map(({ outcome }) => outcome))
  if (best === undefined) {
    // "Earlier entries are anchored" has to be known: an outage never shows as if all that exists checked out.
    const earlier = bestOutcome(outcomesOfNewest(lookedUp))
    if (earlier?.status === 'indeterminate') {
      return { status: 'indeterminate', finding: earlier.finding }
    }
    return pendingOrOverdue(finding('anchor.newest-missing'), waiting, context, 'anchor.overdue')
  }
  if (best.status === 'pending') {
    return pendingOrOverdue(best.finding, waiting, context, 'anchor.overdue')
  }
  if (best.status !== 'passed' || best.time === undefined) {
    return { status: 'indeterminate', finding: best.finding }
  }
  return checkFreshness(best.time, best.finding, context)
}

/** The outcomes of the roots that cover the most entries. */
function outcomesOfNewest(lookedUp: readonly LookedUpRoot[]): RootOutcome[] {
  const last = lookedUp.reduce((newest, { root }) => Math.max(newest, root.newestIndex), -1)
  return lookedUp.filter(({ root }) => root.newestIndex === last).map(({ outcome }) => outcome)
}

function checkFreshness(time: Date, confirmed: Finding, { at, policy }: Context): StepResult {
  const age = ageSeconds(time, at)
  if (policy.maxAgeSeconds === undefined || age <= policy.maxAgeSeconds) {
    return { status: 'passed', finding: confirmed }
  }
  const values = { ageSeconds: String(age), limit: String(policy.maxAgeSeconds) }
  return ended('indeterminate', 'anchor.too-old', values)
}

/**
 * Spreads the outcomes over the entries: a root covers its newest entry and all before it.
 *
 * An entry that no root covers is as unknown, or as pending, as the inclusion check found the newest.
 */
export function anchorEntries(
  versions: readonly LogVersion[],
  lookedUp: readonly LookedUpRoot[],
  inclusion: StepResult,
): EntryState[] {
  const states: EntryState[] = []
  // From the newest back, so that each entry sees every root that covers it.
  const remaining = [...lookedUp].sort((a, b) => b.root.newestIndex - a.root.newestIndex)
  let best: RootOutcome | undefined
  for (let index = versions.length - 1; index >= 0; index--) {
    while (remaining[0] !== undefined && remaining[0].root.newestIndex >= index) {
      best = bestOutcome(best === undefined ? [remaining[0].outcome] : [best, remaining[0].outcome])
      remaining.shift()
    }
    const version = versions[index]
    if (version !== undefined) states.push(toState(version, best, inclusion))
  }
  return states.reverse()
}

function toState(
  version: LogVersion,
  outcome: RootOutcome | undefined,
  inclusion: StepResult,
): EntryState {
  const loggedTime = formatTime(version.versionTime)
  const nothing = { version, loggedTime, anchor: undefined, anchoredTime: undefined }
  if (outcome === undefined) {
    const { status, finding: why } = inclusion
    // DESIGN §4: `pending` on positive evidence only. Without a readable proof file there is none.
    if (status === 'indeterminate' || status === 'invalid')
      return { ...nothing, status, finding: why }
    const { versionId } = version
    return { ...nothing, ...ended('pending', 'inclusion.newest-missing', { versionId }) }
  }
  if (outcome.status === 'passed') {
    return {
      version,
      loggedTime,
      status: 'anchored',
      finding: outcome.finding,
      anchor: outcome.anchor,
      anchoredTime: outcome.time,
    }
  }
  return { ...nothing, status: outcome.status, finding: outcome.finding }
}

const PREFERENCE = ['passed', 'pending', 'indeterminate', 'invalid'] as const

// Of several roots of one entry, the earliest that is confirmed counts; without one, what is known best.
function bestOutcome(outcomes: readonly RootOutcome[]): RootOutcome | undefined {
  return [...outcomes].sort(
    (a, b) =>
      PREFERENCE.indexOf(a.status) - PREFERENCE.indexOf(b.status) ||
      (a.time?.getTime() ?? 0) - (b.time?.getTime() ?? 0),
  )[0]
}
