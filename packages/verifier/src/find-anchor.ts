// Looks one root up on the chains that the policy accepts: inline anchors first, the batch file where none is accepted.
import {
  type Anchor,
  type AnchorFinding,
  type BatchFile,
  type EvmAnchor,
  formatHash,
  isEvmAnchor,
  mergeAnchors,
  parseBatchFile,
} from '@dpp/anchor'
import { isDppError } from '@dpp/core'
import { type Context, formatTime } from './context.ts'
import { describe, faultOf, outageText } from './fault.ts'
import type { TrustedRegistry } from './policy.ts'
import type { ProvenEntry } from './read-proofs.ts'
import { finding } from './reasons.ts'
import { withDeadline } from './source.ts'
import {
  type ConfirmedAnchor,
  type Finding,
  isWorse,
  type Values,
  type Warning,
} from './verdict.ts'

export type RootOutcome = {
  /** `passed` with an anchor and its time; anything else with a finding. */
  readonly anchor: ConfirmedAnchor | undefined
  readonly time: Date | undefined
  readonly status: 'passed' | 'pending' | 'indeterminate' | 'invalid'
  readonly finding: Finding
  readonly warnings: readonly Warning[]
}

/** A root with every entry of the log that was shown to lead to it. */
export type ProvenRoot = {
  readonly root: string
  readonly anchors: readonly Anchor[]
  readonly entries: readonly ProvenEntry[]
  /** Index of the newest entry under it: it and all before it existed when the root was anchored. */
  readonly newestIndex: number
}

/** Groups proven entries by root, newest entry first. */
export function groupByRoot(proven: readonly ProvenEntry[]): ProvenRoot[] {
  const groups = new Map<string, ProvenEntry[]>()
  for (const entry of proven) {
    const group = groups.get(entry.proof.root)
    if (group === undefined) groups.set(entry.proof.root, [entry])
    else group.push(entry)
  }
  const roots = [...groups].map(([root, entries]) => ({
    root,
    entries,
    anchors: entries.reduce<readonly Anchor[]>(
      (all, { proof }) => mergeAnchors(all, proof.anchors),
      [],
    ),
    newestIndex: entries.reduce((newest, { index }) => Math.max(newest, index), 0),
  }))
  return roots.sort((a, b) => b.newestIndex - a.newestIndex)
}

/**
 * Looks for an accepted anchor of the root.
 *
 * One that is confirmed decides, unless another contradicts the chain; then what could not be read; then
 * what is not final; then what the policy does not accept; and where nobody claims an anchor it is pending.
 */
export async function findAnchor(
  root: ProvenRoot,
  batchUrl: string,
  context: Context,
): Promise<RootOutcome> {
  const inline = await lookUpAll(root, root.anchors, context)
  const decided = inline.find(({ status }) => status === 'passed' || status === 'invalid')
  if (decided !== undefined) return combine(inline)
  const more = await readBatchAnchors(root, batchUrl, context)
  if ('status' in more) {
    // Without the file nothing is known about further anchors; a root that waits for finality still waits.
    return combine([...inline, { ...more, anchor: undefined, time: undefined, warnings: [] }])
  }
  const fromBatch = await lookUpAll(root, newAnchors(root.anchors, more.anchors), context)
  return combine([...inline, ...fromBatch])
}

const NO_ANCHOR = { anchor: undefined, time: undefined, warnings: [] } as const

function combine(outcomes: readonly RootOutcome[]): RootOutcome {
  const invalid = outcomes.find(({ status }) => status === 'invalid')
  if (invalid !== undefined) return invalid
  const confirmed = outcomes
    .filter((outcome) => outcome.anchor !== undefined && outcome.status === 'passed')
    .sort((a, b) => (a.time?.getTime() ?? 0) - (b.time?.getTime() ?? 0))[0]
  if (confirmed !== undefined) {
    const unread = outcomes.filter(({ finding: why }) => why.reason === 'anchor.unreadable')
    const others = unread.map(({ finding: why }) =>
      finding('warning.anchor-unconfirmed', { cause: why.text }),
    )
    return { ...confirmed, warnings: [...confirmed.warnings, ...others] }
  }
  let worst: RootOutcome | undefined
  for (const outcome of outcomes) {
    // "Not accepted" is the mildest of the unknowns: another anchor's outage or waiting says more.
    if (worst === undefined || outranks(outcome, worst)) worst = outcome
  }
  return worst ?? { ...NO_ANCHOR, status: 'pending', finding: finding('anchor.none-yet') }
}

function outranks(a: RootOutcome, b: RootOutcome): boolean {
  const isMild = ({ finding: why }: RootOutcome): boolean =>
    why.reason === 'anchor.not-accepted' || why.reason === 'anchor.no-reader'
  if (isMild(a) !== isMild(b)) return isMild(b)
  return isWorse(a.status, b.status)
}

async function lookUpAll(
  root: ProvenRoot,
  anchors: readonly Anchor[],
  context: Context,
): Promise<RootOutcome[]> {
  const outcomes: RootOutcome[] = []
  let lookUps = 0
  // An anchor of a type that is not known is ignored: it is no reason to believe, nor to doubt.
  for (const anchor of anchors.filter(isEvmAnchor)) {
    const trusted = findTrusted(anchor, context)
    if (trusted === undefined) {
      // One such is worth saying; a file full of them must not crowd out the anchor that counts.
      if (outcomes.length === 0)
        outcomes.push(unknown(finding('anchor.not-accepted', placeOf(root, anchor))))
    } else if (lookUps++ < context.limits.maxAnchorsPerRoot) {
      outcomes.push(await lookUp(root, anchor, trusted, context))
    }
  }
  return outcomes
}

async function lookUp(
  proven: ProvenRoot,
  claimed: EvmAnchor,
  trusted: TrustedRegistry,
  context: Context,
): Promise<RootOutcome> {
  const { chain, registry, anchorer, batchId } = claimed
  const place = placeOf(proven, claimed)
  const query = {
    registry,
    root: proven.root,
    anchorer,
    batchId,
    blockNumber: claimed.block.number,
  }
  const answer = await ask(chain, query, context)
  if ('finding' in answer) return unknown(answer.finding)
  if (answer.found !== undefined) return judge(answer.found, claimed, trusted, context)
  const { anchorer: _, ...anyAnchorer } = query
  const other = await ask(chain, anyAnchorer, context)
  if ('finding' in other) return unknown(other.finding)
  if (other.found === undefined) return contradiction(finding('anchor.absent', place))
  const values = { ...place, expected: anchorer, found: other.found.anchorer }
  return contradiction(finding('anchor.other-anchorer', values))
}

function findTrusted(
  { chain, registry, anchorer }: EvmAnchor,
  { policy }: Context,
): TrustedRegistry | undefined {
  return policy.chains.find(
    (each) => each.id === chain && each.registry === registry && listsAnchorer(each, anchorer),
  )
}

function placeOf({ root }: ProvenRoot, { chain, registry, anchorer }: EvmAnchor): Values {
  return { chain, registry, anchorer, root }
}

type Query = Parameters<Context['readers'][number]['findAnchor']>[0]

async function ask(
  chain: string,
  query: Query,
  { readers, limits, signal }: Context,
): Promise<{ found: AnchorFinding | undefined } | { finding: Finding }> {
  let failure: Finding = finding('anchor.no-reader', { chain })
  for (const reader of readers.filter((each) => each.chain === chain)) {
    try {
      // A question may take a reader several rounds of calls, each of which has a limit of its own.
      const timeoutMs = 4 * limits.timeoutMs
      const found = await withDeadline({ timeoutMs, signal }, (deadline) =>
        reader.findAnchor(query, { signal: deadline }),
      )
      if (found === undefined || isAnswer(found, chain, query)) return { found }
      failure = finding('anchor.unreadable', {
        chain,
        cause: 'the reader answered another question',
      })
    } catch (error) {
      failure = finding('anchor.unreadable', { chain, cause: describe(error) })
    }
  }
  return { finding: failure }
}

// The reader comes from the caller, and what it says decides the verdict.
function isAnswer(
  found: AnchorFinding,
  chain: string,
  { registry, root, anchorer }: Query,
): boolean {
  return (
    found.chain === chain &&
    found.registry === registry &&
    found.root === root &&
    (anchorer === undefined || found.anchorer === anchorer) &&
    !Number.isNaN(found.timestamp.getTime())
  )
}

function judge(
  found: AnchorFinding,
  claimed: EvmAnchor,
  trusted: TrustedRegistry,
  { at }: Context,
): RootOutcome {
  const { chain, registry, anchorer, root, timestamp } = found
  if (!isInWindow(trusted, anchorer, timestamp)) {
    return unknown(
      finding('anchor.not-accepted', {
        chain,
        registry,
        anchorer,
        root,
        time: formatTime(timestamp),
      }),
    )
  }
  // As of an earlier time this anchor did not exist.
  if (timestamp > at)
    return { ...NO_ANCHOR, status: 'pending', finding: finding('anchor.none-yet', { root }) }
  const anchor = toConfirmed(found, claimed, trusted)
  if (!found.final)
    return {
      ...NO_ANCHOR,
      anchor,
      status: 'pending',
      finding: finding('anchor.not-final', { chain, root }),
    }
  return {
    anchor,
    time: timestamp,
    status: 'passed',
    finding: finding('anchor.confirmed', {
      chain,
      registry,
      anchorer,
      root,
      time: anchor.time,
      batchId: found.batchId,
    }),
    warnings: hintWarnings(found, claimed),
  }
}

function toConfirmed(
  found: AnchorFinding,
  claimed: EvmAnchor,
  trusted: TrustedRegistry,
): ConfirmedAnchor {
  const { chain, registry, anchorer, root, batchId, timestamp, block, final } = found
  return {
    chain,
    registry,
    anchorer,
    anchorerListed: trusted.anchorers !== undefined,
    batchId,
    root,
    time: formatTime(timestamp),
    final,
    claimed: { transactionHash: claimed.transactionHash, blockNumber: claimed.block.number },
    readAt: { number: block.number, hash: block.hash, time: formatTime(block.timestamp) },
  }
}

// A reorg may have moved the anchor: number and block are where to look, not what is claimed.
function hintWarnings(found: AnchorFinding, claimed: EvmAnchor): Warning[] {
  const warnings: Warning[] = []
  if (claimed.batchId !== found.batchId) {
    warnings.push(finding('warning.batch-id', { expected: claimed.batchId, found: found.batchId }))
  }
  const time = formatTime(found.timestamp)
  if (claimed.block.timestamp !== time) {
    warnings.push(finding('warning.block', { expected: claimed.block.timestamp, found: time }))
  }
  return warnings
}

function listsAnchorer({ anchorers }: TrustedRegistry, address: string): boolean {
  return anchorers === undefined || anchorers.some((each) => each.address === address)
}

function isInWindow({ anchorers }: TrustedRegistry, address: string, time: Date): boolean {
  return (
    anchorers === undefined ||
    anchorers.some(
      (each) =>
        each.address === address &&
        (each.from === undefined || each.from <= time) &&
        (each.until === undefined || time <= each.until),
    )
  )
}

async function readBatchAnchors(
  root: ProvenRoot,
  url: string,
  { read, limits }: Context,
): Promise<
  { anchors: readonly Anchor[] } | { status: 'indeterminate' | 'invalid'; finding: Finding }
> {
  const reading = await read(url, limits.maxProofBytes)
  if (reading.status === 'absent') return { anchors: [] }
  if (reading.status !== 'found') {
    return {
      status: 'indeterminate',
      finding: finding('anchor.batch-unreachable', { url, cause: outageText(reading) }),
    }
  }
  try {
    const file = parseBatchFile(reading.body, {
      maxBytes: limits.maxProofBytes,
      maxMembers: 1_000_000,
    })
    const cause = batchFault(file, root)
    if (cause === undefined) return { anchors: file.anchors }
    return { status: 'invalid', finding: finding('anchor.batch-broken', { url, cause }) }
  } catch (error) {
    if (!isDppError(error)) throw error
    const { fault, cause } = faultOf(error)
    const isBroken =
      fault === 'broken' &&
      error.code !== 'ERR_DPP_BATCH_FILE_UNSUPPORTED' &&
      reading.body.length > 0
    return isBroken
      ? { status: 'invalid', finding: finding('anchor.batch-broken', { url, cause }) }
      : { status: 'indeterminate', finding: finding('anchor.batch-unreadable', { url, cause }) }
  }
}

/** What in a batch file contradicts the proofs that lead to its root. */
function batchFault(file: BatchFile, { root, entries }: ProvenRoot): string | undefined {
  if (file.root !== root) return `it is of another root, ${file.root}`
  const stray = entries.find(({ proof, leafHash }) => {
    const leaf = file.entries[proof.leafIndex]
    return (
      file.treeSize !== proof.treeSize ||
      leaf?.versionId !== proof.versionId ||
      leaf.leafHash !== formatHash(leafHash)
    )
  })
  return stray === undefined ? undefined : `it has ${stray.proof.versionId} elsewhere or not at all`
}

function newAnchors(known: readonly Anchor[], all: readonly Anchor[]): Anchor[] {
  const identity = (anchor: Anchor): string =>
    isEvmAnchor(anchor) ? `${anchor.chain} ${anchor.registry} ${anchor.anchorer}` : ''
  const seen = new Set(known.map(identity))
  return all.filter((anchor) => isEvmAnchor(anchor) && !seen.has(identity(anchor)))
}

function unknown(why: Finding): RootOutcome {
  return { ...NO_ANCHOR, status: 'indeterminate', finding: why }
}

function contradiction(why: Finding): RootOutcome {
  return { ...NO_ANCHOR, status: 'invalid', finding: why }
}
