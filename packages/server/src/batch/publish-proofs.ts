// Step 6 of the cycle: the witness file of every log of the batch, then the batch file. Only now does a reader see the
// batch as anchored. Every write merges into what is there, so that it can be done twice.
import {
  type Anchor,
  formatBatchFile,
  formatHash,
  formatWitnessFile,
  mergeAnchors,
  mergeProof,
  parseBatchFile,
  parseWitnessFile,
  updateObject,
} from '@dpp/anchor'
import { encodeUtf8, invariant } from '@dpp/core'
import type { Batch } from '../journal/batch-port.ts'
import { MAX_TRACED_EVENTS } from '../observability/tracing.ts'
import { batchKey, jsonMeta, mirrorWitnessKey, witnessKey } from '../storage-keys.ts'
import { anchorsOf } from './anchors.ts'
import { type BatchTree, proofOf } from './batch-tree.ts'
import { advanceTo, type BatchContext } from './context.ts'
import { forEachPage } from './pages.ts'
import type { MarkedWalk } from './published-marks.ts'

type PublishContext = Pick<BatchContext, 'journal' | 'store' | 'crashPoint'>

/** `walk` goes on behind what is out already; without it every proof is published again. */
export async function publishProofs(
  context: PublishContext,
  batch: Batch,
  tree: BatchTree,
  walk: Partial<MarkedWalk> = {},
): Promise<Batch> {
  if (batch.root === undefined) return batch // Every claim was refused: nothing to prove.
  const anchors = await anchorsOf(context.journal.anchors, batch.root)
  invariant(anchors.length > 0, 'a final batch has an anchor') // Invariant I5.
  const failures = await forEachPage({
    page: async (limit, after) => indexesAfter(after, limit, tree.leaves.length),
    visit: async (index) => {
      await publishWitness(context, tree, { index: Number(index), anchors })
      context.crashPoint('K10')
    },
    ...walk,
  })
  await publishBatchFile(context, batch.root, tree, anchors)
  for (const { error } of failures) throw error // Not settled: tried again, while everything else is out.
  context.crashPoint('K11')
  return batch
}

/** The last step: the batch is done, and stays as it is. */
export async function settle(context: BatchContext, batch: Batch): Promise<Batch> {
  context.log.info(
    { event: 'batch.settled', batch: batch.id, root: batch.root, events: batch.events },
    'batch settled',
  )
  const settled = await advanceTo(context, batch, 'settled')
  const latencyMs = context.now().getTime() - batch.createdAt.getTime()
  if (batch.root !== undefined) {
    context.metrics.batchReached('published', batch.events)
    await traceSettled(context, settled)
    context.metrics.batchAnchored(batch.id, latencyMs / 1000)
  }
  return settled
}

async function traceSettled({ tracing, book }: BatchContext, batch: Batch): Promise<void> {
  if (!tracing.isOn) return
  tracing.batchSettled(batch, await book.digests(batch.id, MAX_TRACED_EVENTS))
}

async function publishWitness(
  context: PublishContext,
  tree: BatchTree,
  { index, anchors }: { index: number; anchors: readonly Anchor[] },
): Promise<void> {
  const leaf = tree.leaves[index]
  invariant(leaf !== undefined, 'a proof is of a leaf')
  const proof = { ...proofOf(tree, index), anchors }
  const { kind, scid } = leaf
  const key = kind === 'product' ? witnessKey(scid) : mirrorWitnessKey(scid)
  function merge(current: Uint8Array | undefined): Uint8Array {
    const file = current === undefined ? undefined : parseWitnessFile(current)
    return encodeUtf8(formatWitnessFile(mergeProof(file, proof, scid)))
  }
  await updateObject(context.store, key, merge, jsonMeta)
}

function indexesAfter(after: string | undefined, limit: number, size: number): string[] {
  const first = after === undefined ? 0 : Number(after) + 1
  const count = Math.max(0, Math.min(limit, size - first))
  return Array.from({ length: count }, (_, i) => String(first + i))
}

/** Writes the batch file, or adds the anchors to the one that is there. */
export async function publishBatchFile(
  context: PublishContext,
  root: string,
  { leaves }: BatchTree,
  anchors: readonly Anchor[],
): Promise<void> {
  const entries = leaves.map(({ versionId, parent, leafHash }) => ({
    versionId,
    parent,
    leafHash: formatHash(leafHash),
  }))
  function merge(current: Uint8Array | undefined): Uint8Array {
    const known = current === undefined ? [] : parseBatchFile(current).anchors
    return encodeUtf8(
      formatBatchFile({
        type: 'DppBatch',
        version: 1,
        root,
        treeSize: entries.length,
        entries,
        anchors: mergeAnchors(known, anchors),
      }),
    )
  }
  await updateObject(context.store, batchKey(root), merge, jsonMeta)
}
