// Looks one root up on the chains that the policy accepts: inline anchors first, the batch file where none is accepted.
import {
  type Anchor,
  type AnchorFinding,
  type EvmAnchor,
  isEvmAnchor,
  mergeAnchors,
} from '@dpp/anchor'
import type { Context } from '../context.ts'
import type { TrustedRegistry } from '../policy.ts'
import { readBatchAnchors } from '../sources/read-batch.ts'
import type { ProvenEntry } from '../sources/read-proofs.ts'
import { becauseOf, ended, finding, type Outcome } from '../verdict/reasons.ts'
import { isWorse, type Values } from '../verdict/verdict.ts'
import { judgeFound, type RootOutcome, withoutAnchor } from './confirm-anchor.ts'
import { describe } from './fault.ts'

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
    const isWaiting = inline.some(({ status }) => status === 'pending')
    const isOutage = more.status === 'indeterminate'
    return combine(isWaiting && isOutage ? inline : [...inline, withoutAnchor(more)])
  }
  const fromBatch = await lookUpAll(root, more.anchors, context)
  return combine([...inline, ...fromBatch])
}

function combine(outcomes: readonly RootOutcome[]): RootOutcome {
  const invalid = outcomes.find(({ status }) => status === 'invalid')
  if (invalid !== undefined) return invalid
  const confirmed = outcomes
    .filter((outcome) => outcome.anchor !== undefined && outcome.status === 'passed')
    .sort((a, b) => (a.time?.getTime() ?? 0) - (b.time?.getTime() ?? 0))[0]
  if (confirmed !== undefined) {
    const unread = outcomes.filter(({ finding: why }) => why.reason === 'anchor.unreadable')
    const others = unread.map(({ finding: why }) =>
      finding('warning.anchor-unconfirmed', becauseOf(why)),
    )
    return { ...confirmed, warnings: [...confirmed.warnings, ...others] }
  }
  let worst: RootOutcome | undefined
  for (const outcome of outcomes) {
    // "Not accepted" is the mildest of the unknowns: another anchor's outage or waiting says more.
    if (worst === undefined || outranks(outcome, worst)) worst = outcome
  }
  return worst ?? withoutAnchor(ended('pending', 'anchor.none-yet'))
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
        outcomes.push(
          withoutAnchor(ended('indeterminate', 'anchor.not-accepted', placeOf(root, anchor))),
        )
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
  if ('finding' in answer) return withoutAnchor(answer)
  if (answer.found !== undefined) return judgeFound(answer.found, claimed, trusted, context)
  const { anchorer: _, ...anyAnchorer } = query
  const other = await ask(chain, anyAnchorer, context)
  if ('finding' in other) return withoutAnchor(other)
  if (other.found === undefined) return withoutAnchor(ended('invalid', 'anchor.absent', place))
  const values = { ...place, expected: anchorer, found: other.found.anchorer }
  return withoutAnchor(ended('invalid', 'anchor.other-anchorer', values))
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
  { readers, limits, wait }: Context,
): Promise<{ found: AnchorFinding | undefined } | Outcome<'indeterminate'>> {
  let failure = ended('indeterminate', 'anchor.no-reader', { chain })
  for (const reader of readers.filter((each) => each.chain === chain)) {
    try {
      // A question may take a reader several rounds of calls, each of which has a limit of its own.
      const timeoutMs = 4 * limits.timeoutMs
      const found = await wait(timeoutMs, (controller) =>
        reader.findAnchor(query, {
          get signal() {
            return controller.signal
          },
        }),
      )
      if (found === undefined || isAnswer(found, chain, query)) return { found }
      failure = unreadable(chain, 'the reader answered another question')
    } catch (error) {
      failure = unreadable(chain, describe(error))
    }
  }
  return failure
}

function unreadable(chain: string, cause: string): Outcome<'indeterminate'> {
  return ended('indeterminate', 'anchor.unreadable', { chain, cause })
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

function listsAnchorer({ anchorers }: TrustedRegistry, address: string): boolean {
  return anchorers === undefined || anchorers.some((each) => each.address === address)
}
