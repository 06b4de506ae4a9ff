// Steps 3 of the cycle: the Merkle tree over the tips of every log that the batch changed, the check of every proof with
// the function that verifiers use, and the record of root and order, which never change again.
import {
  buildTree,
  compareHashes,
  entryLeafHash,
  formatHash,
  type InclusionProof,
  inclusionPath,
  type Tree,
  treeRoot,
  verifyInclusionProof,
} from '@dpp/anchor'
import { DppError, decodeUtf8 } from '@dpp/core'
import { verifyLog } from '@dpp/webvh'
import type { ServerErrorCode } from '../errors.ts'
import type { Batch, Leaf } from '../journal/batch-port.ts'
import type { Journal } from '../journal/port.ts'
import { mirrorLogKey } from '../storage-keys.ts'
import { createBreathing } from './breathing.ts'
import { advanceTo, type BatchContext, hasReached } from './context.ts'

/** The leaves of a batch in their order, and the tree over them. */
export type BatchTree = {
  readonly leaves: readonly Leaf[]
  readonly tree: Tree
  readonly root: string
}

/**
 * Builds the tree over the logs that a batch has published.
 *
 * @throws ERR_DPP_BATCH_CORRUPT when a proof does not hold: the batch stops there.
 */
export async function buildTreeOfLogs(context: BatchContext, batch: Batch): Promise<BatchTree> {
  if (hasReached(batch, 'rooted')) return await rebuildTree(context.journal, batch)
  const tree = await treeOf(await collectLeaves(context, batch))
  context.crashPoint('K4')
  return tree
}

/**
 * Builds the tree of a batch again from its record.
 *
 * @throws ERR_DPP_BATCH_CORRUPT when the record gives another root, or a proof does not hold.
 */
export async function rebuildTree(journal: Journal, batch: Batch): Promise<BatchTree> {
  const tree = await treeOf(await journal.batches.leaves(batch.id))
  if (batch.root !== undefined && tree.root !== batch.root) {
    throw corrupt(
      `the leaves of batch ${batch.id} give ${tree.root}, its record says ${batch.root}`,
    )
  }
  return tree
}

/** Records the root, the leaves and their order. A batch without leaves (all of its claims were refused) has none. */
export async function recordRoot(
  context: BatchContext,
  batch: Batch,
  { leaves, root }: BatchTree,
): Promise<Batch> {
  if (hasReached(batch, 'rooted')) return batch
  if (leaves.length === 0) return await advanceTo(context, batch, 'final')
  await context.book.recordRoot(batch.id, root, leaves)
  context.crashPoint('K5')
  context.metrics.batchReached('sealed', batch.events)
  context.log.info(
    { event: 'batch.rooted', batch: batch.id, root, leaves: leaves.length },
    'root recorded',
  )
  return { ...batch, state: 'rooted', root, treeSize: leaves.length }
}

/** The proof of leaf `index` as `witness.json` carries it, without its anchors. */
export function proofOf({ leaves, tree, root }: BatchTree, index: number): InclusionProof {
  const leaf = leaves[index]
  if (leaf === undefined) throw corrupt(`no leaf ${index}`)
  const path = inclusionPath(tree, index).map(formatHash)
  return {
    versionId: leaf.versionId,
    leafIndex: index,
    treeSize: leaves.length,
    path,
    root,
    anchors: [],
  }
}

async function collectLeaves(context: BatchContext, batch: Batch): Promise<readonly Leaf[]> {
  const leaves: Leaf[] = []
  const breathe = createBreathing()
  for await (const { scid, line, parent, versionId } of context.book.tips(batch.id)) {
    await breathe()
    leaves.push({ kind: 'product', scid, versionId, parent, leafHash: entryLeafHash(line) })
  }
  for (const did of await context.book.issuers(batch.id)) {
    const leaf = await mirrorLeaf(context, did)
    if (leaf !== undefined) leaves.push(leaf)
  }
  // Sorted by hash: an index tells nothing about a product. Equal hashes are the same entry twice (an issuer whose own
  // log is hosted here): one leaf.
  leaves.sort((a, b) => compareHashes(a.leafHash, b.leafHash))
  return leaves.filter((leaf, index) => {
    const before = leaves[index - 1]
    return before === undefined || compareHashes(before.leafHash, leaf.leafHash) !== 0
  })
}

// The tip of an issuer's mirror, unless an earlier batch has it as a leaf already: it would prove nothing new.
async function mirrorLeaf(context: BatchContext, did: string): Promise<Leaf | undefined> {
  const known = await context.journal.issuers.find(did)
  if (known === undefined) return undefined
  const mirror = await context.store.read(mirrorLogKey(known.scid))
  if (mirror === undefined || decodeUtf8(mirror.body) !== decodeUtf8(known.log)) return undefined
  const { versions } = verifyLog(known.log, { ...known, now: context.now() })
  const tip = versions.at(-1)
  if (tip === undefined || (await context.book.isAnchoredTip(known.scid, tip.versionId))) {
    return undefined
  }
  return {
    kind: 'issuer',
    scid: known.scid,
    versionId: tip.versionId,
    parent: versions.at(-2)?.versionId ?? null,
    leafHash: entryLeafHash(tip.line),
  }
}

// Every proof is checked with the function that verifiers use, each time that a tree is built.
async function treeOf(leaves: readonly Leaf[]): Promise<BatchTree> {
  const tree = buildTree(leaves.map((leaf) => leaf.leafHash))
  const built = { leaves, tree, root: formatHash(treeRoot(tree)) }
  const breathe = createBreathing()
  for (const [index, leaf] of leaves.entries()) {
    await breathe()
    if (!verifyInclusionProof(proofOf(built, index), leaf.leafHash)) {
      throw corrupt(`the proof of ${leaf.versionId} does not lead to ${built.root}`)
    }
  }
  return built
}

function corrupt(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_BATCH_CORRUPT', message)
}
