// Anchors the roots of settled batches again, on the chain and registry that are configured now, and adds the anchors to the
// batch files (design §3.4: later anchors go nowhere else). Chain and files say what is done, so that it can end at any
// instant and be begun again.
import { type EvmAnchor, parseBatchFile } from '@dpp/anchor'
import type { AnchorRecord, AnchorWriter } from '@dpp/anchor/ethereum'
import type { Batch } from '../journal/batch-port.ts'
import type { Journal } from '../journal/port.ts'
import { batchKey } from '../storage-keys.ts'
import { anchorsOf } from './anchors.ts'
import { rebuildTree } from './batch-tree.ts'
import type { BatchContext } from './context.ts'
import { publishEvidence } from './publish-evidence.ts'
import { publishBatchFile } from './publish-proofs.ts'

export type Reanchoring = {
  /** Batches that are not done, oldest first. */
  readonly todo: readonly Batch[]
  /** Batches whose files had the anchor already. */
  readonly already: number
}

export type ReanchorStep = {
  /** What is left after it. */
  readonly todo: readonly Batch[]
  /** Why a root does not move, if one does not. */
  readonly problem?: string
}

/** Unmined transactions at a time: nodes keep 16 of one account for sure. */
const IN_FLIGHT = 16
const BATCHES_PER_PAGE = 500

/** Looks which settled batches lack an anchor by this writer. */
export async function findReanchoring(
  { journal, store }: Pick<BatchContext, 'journal' | 'store'>,
  writer: AnchorWriter,
): Promise<Reanchoring> {
  const todo: Batch[] = []
  let already = 0
  for (const batch of await settledBatches(journal)) {
    const file = batch.root === undefined ? undefined : await store.read(batchKey(batch.root))
    const anchors = file === undefined ? [] : parseBatchFile(file.body).anchors
    if (anchors.some((anchor) => isBy(writer, anchor as EvmAnchor))) already += 1
    else if (batch.root !== undefined) todo.push(batch)
  }
  return { todo: todo.reverse(), already }
}

/** Takes as many batches a step further as may be under way at once. */
export async function stepReanchoring(
  context: BatchContext,
  writer: AnchorWriter,
  todo: readonly Batch[],
): Promise<ReanchorStep> {
  const left: Batch[] = []
  let unmined = 0
  let isFinalityAwaited = false
  let problem: string | undefined
  for (const [index, batch] of todo.entries()) {
    const { root = '' } = batch
    const known = await context.journal.anchors.load(root)
    if (known === undefined && unmined >= IN_FLIGHT) {
      left.push(...todo.slice(index)) // They are begun in their order: none of these was.
      break
    }
    // What was mined later is final later.
    const isSettling = known?.state === 'mined' && isFinalityAwaited
    const record = isSettling ? known : await writer.advance(root)
    if (record.state === 'final') await publishAnchor(context, batch, root)
    else left.push(batch)
    if (record.state === 'mined') isFinalityAwaited = true
    if (isUnmined(record)) unmined += 1
    problem ??= record.notice && `${record.notice.code}: ${record.notice.message}`
  }
  return { todo: left, ...(problem === undefined ? {} : { problem }) }
}

async function publishAnchor(context: BatchContext, batch: Batch, root: string): Promise<void> {
  await publishEvidence(context, batch) // Unless it has some: the first capture stands.
  const tree = await rebuildTree(context.journal, batch)
  await publishBatchFile(context, root, tree, await anchorsOf(context.journal.anchors, root))
  context.log.info({ event: 'batch.reanchored', batch: batch.id, root }, 'root anchored again')
}

// Newest first, as the journal gives them.
async function settledBatches(journal: Journal): Promise<Batch[]> {
  const settled: Batch[] = []
  let before: number | undefined
  for (;;) {
    const page = await journal.batches.list(BATCHES_PER_PAGE, before)
    settled.push(...page.filter(({ state }) => state === 'settled'))
    before = page.at(-1)?.id
    if (page.length < BATCHES_PER_PAGE) return settled
  }
}

function isBy({ chain, registry, anchorer }: AnchorWriter, anchor: EvmAnchor): boolean {
  return anchor.chain === chain && anchor.registry === registry && anchor.anchorer === anchorer
}

function isUnmined({ state }: AnchorRecord): boolean {
  return state === 'prepared' || state === 'sent'
}
