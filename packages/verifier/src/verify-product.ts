// The verification of a product, as five steps over plain data: log and proofs, roots, entries, events, verdict.
import {
  type EventList,
  fetchEvents,
  judgeEvents,
  type LoggedEvent,
  listEvents,
} from './checks/check-events.ts'
import { mapLimited } from './checks/concurrency.ts'
import { describe } from './checks/fault.ts'
import { findAnchor, groupByRoot, type ProvenRoot } from './checks/find-anchor.ts'
import {
  anchorEntries,
  checkAnchor,
  checkInclusion,
  type LookedUpRoot,
  type StepResult,
} from './checks/timeline.ts'
import { type Context, openContext, type Step, type VerifyOptions } from './context.ts'
import { createIssuerReader } from './sources/issuer-log.ts'
import { type Layout, layoutOf } from './sources/layout.ts'
import { type ProductEvidence, readProductLog } from './sources/product-log.ts'
import type { VerifiedLog } from './sources/read-log.ts'
import { composeVerdict, type VerdictParts } from './verdict/compose-verdict.ts'
import { becauseOf, ended, finding } from './verdict/reasons.ts'
import {
  type Check,
  type CheckName,
  checkNames,
  type Verdict,
  type Warning,
} from './verdict/verdict.ts'

/**
 * Verifies the history of one product against the trust policy.
 *
 * Answers with a verdict for whatever the sources and chains serve, and never throws. Nothing in the files
 * can widen the policy. An outage gives `indeterminate`, a contradiction `invalid`.
 *
 * @example
 * const verdict = await verifyProduct(did, {
 *   policy: parsePolicy({}),
 *   sources: [createWebSource({ fetch })],
 *   readers: [createJsonRpcReader({ chain: 'eip155:11155111', urls: ['https://rpc.example'], fetch })],
 * })
 */
export async function verifyProduct(did: string, options: VerifyOptions): Promise<Verdict> {
  const context = openContext(options)
  try {
    return await runVerification(did, context, options.onStep, fetchEvents)
  } finally {
    context.close()
  }
}

/** How the events of a log get their content: fetched for a product, given for a single event. */
export type EventLoader = (
  events: Extract<EventList, { events: unknown }>['events'],
  log: VerifiedLog,
  eventBase: string,
  context: Context,
) => Promise<LoggedEvent[]>

/** The pipeline behind `verifyProduct` and `verifyEvent`. */
export async function runVerification(
  did: string,
  context: Context,
  onStep: VerifyOptions['onStep'],
  loadEvents: EventLoader,
): Promise<Verdict> {
  const checks = new Map<CheckName, Check>()
  const report = (step: Step): void => {
    if (step.state === 'done') checks.set(step.check, step.result)
    tell(onStep, step)
  }
  const parts = await establish(did, context, loadEvents, report).catch((error: unknown) => {
    // A bug of ours, or a caller's object that breaks its contract. Nothing is claimed.
    const broken = checkNames.find((name) => !checks.has(name)) ?? 'anchor'
    report(done(broken, ended('indeterminate', 'check.fault', { cause: describe(error) })))
    return {}
  })
  for (const name of checkNames) {
    if (!checks.has(name)) report(done(name, ended('skipped', 'check.depends')))
  }
  return composeVerdict(
    did,
    checkNames.flatMap((name) => checks.get(name) ?? []),
    parts,
    context,
  )
}

type Report = (step: Step) => void

async function establish(
  did: string,
  context: Context,
  loadEvents: EventLoader,
  report: Report,
): Promise<VerdictParts> {
  report({ check: 'log', state: 'running' })
  const layout = layoutOf(did)
  if (layout === undefined) {
    report(done('log', ended('indeterminate', 'log.did-invalid')))
    return {}
  }
  const evidence = await readProductLog(layout, context)
  if ('status' in evidence) {
    report(done('log', evidence))
    return {}
  }
  const log = cutLog(evidence.log, context)
  if (log === undefined) {
    report(done('log', ended('indeterminate', 'log.not-yet')))
    return {}
  }
  report(done('log', ended('passed', 'log.verified', logValues(log))))
  return weigh({ ...evidence, log }, layout, context, loadEvents, report)
}

async function weigh(
  evidence: ProductEvidence,
  layout: Layout,
  context: Context,
  loadEvents: EventLoader,
  report: Report,
): Promise<VerdictParts> {
  const { log, inclusion } = evidence
  const { versions } = log
  report({ check: 'inclusion', state: 'running' })
  const checkedInclusion = checkInclusion(evidence, versions, context)
  report(done('inclusion', checkedInclusion))
  const list = listEvents(versions)
  report({ check: 'events', state: 'running' })
  report({ check: 'anchor', state: 'running' })
  const [lookedUp, loaded] = await Promise.all([
    lookUpRoots(evidence, checkedInclusion, layout, context),
    'events' in list ? loadEvents(list.events, log, layout.eventBase, context) : [],
  ])
  report(done('anchor', checkAnchor(versions, lookedUp, context)))
  const entries = anchorEntries(versions, lookedUp, checkedInclusion)
  const surroundings = { ...layout, lookedUp }
  const readIssuer = createIssuerReader(layout.mirrorBase, context)
  const judged = await judgeEvents(loaded, { log, entries, readIssuer, surroundings, context })
  report(done('events', 'events' in list ? judged.result : list))
  const warnings = [
    ...inclusion.warnings,
    ...rootWarnings(lookedUp, versions.length - 1),
    ...controlWarnings(log),
  ]
  return { log, entries, warnings, events: judged.events, eventCounts: judged.counts }
}

// Roots are looked up even where the newest entry has none: earlier entries may be anchored, or contradicted.
async function lookUpRoots(
  { inclusion, log }: ProductEvidence,
  checked: StepResult,
  { batchUrl }: Layout,
  context: Context,
): Promise<LookedUpRoot[]> {
  if (checked.status === 'invalid') return []
  const { maxRoots, concurrency } = context.limits
  // As of an earlier time, proofs for later entries do not exist.
  const proven = inclusion.proven.filter(({ index }) => index < log.versions.length)
  const roots: ProvenRoot[] = groupByRoot(proven).slice(0, maxRoots)
  return mapLimited(roots, concurrency, async (root) => ({
    root,
    outcome: await findAnchor(root, batchUrl(root.root), context),
  }))
}

// The newest entry decides the status; what could not be read about earlier ones is said, and lowers nothing.
function rootWarnings(lookedUp: readonly LookedUpRoot[], newest: number): Warning[] {
  return lookedUp.flatMap(({ root, outcome }) => {
    if (outcome.status !== 'indeterminate' || root.newestIndex === newest) return outcome.warnings
    return [
      finding('warning.earlier-anchor-unread', { ...becauseOf(outcome.finding), root: root.root }),
    ]
  })
}

// DESIGN §2: a service that turns on its owner drops the recovery hash. A log that ends does so by intent.
function controlWarnings({ versions }: VerifiedLog): Warning[] {
  return versions.flatMap(({ parameters, versionId }, index) => {
    const before = versions[index - 1]?.parameters.nextKeyHashes
    const { nextKeyHashes } = parameters
    if (before?.length !== 2 || nextKeyHashes.length === 0) return []
    const kept = nextKeyHashes.some((hash) => before.includes(hash))
    return kept || isTakeover(nextKeyHashes)
      ? []
      : [finding('warning.recovery-key-dropped', { versionId })]
  })
}

// The owner commits to one key of its own, and to nobody else's.
function isTakeover(nextKeyHashes: readonly string[]): boolean {
  return nextKeyHashes.length === 1
}

function cutLog(log: VerifiedLog, { at, now }: Context): VerifiedLog | undefined {
  if (at >= now) return log
  const versions = log.versions.filter(({ versionTime }) => versionTime <= at)
  const newest = versions.at(-1)
  return newest === undefined ? undefined : { ...log, versions, newest }
}

function logValues({ newest, versions }: VerifiedLog): Record<string, string> {
  const { versionId, versionNumber } = newest
  return { versionId, versionNumber: String(versionNumber), entries: String(versions.length) }
}

function done(check: CheckName, { status, finding: why }: StepResult): Step {
  return { check, state: 'done', result: { check, status, ...why } }
}

// What a page draws must not decide what a verdict says.
function tell(onStep: VerifyOptions['onStep'], step: Step): void {
  try {
    onStep?.(step)
  } catch {
    // The caller's own bug: a verdict comes all the same.
  }
}
