// The Merkle tree of a batch: RFC 9162 §2.1.1 (the tree of RFC 6962), held as one flat byte buffer per level.
//
// Splitting at the largest power of two gives the same tree as pairing from the left and carrying a
// last node without a partner up unchanged; no node is ever duplicated (CVE-2012-2459). So level k
// holds ceil(n / 2^k) nodes, and its node j covers the leaves from j·2^k up to (j+1)·2^k or the end.
import { invariant, sha256Blocks } from '@dpp/core'
import { copyBytes } from '../bytes.ts'
import { anchorError } from '../errors.ts'
import { emptyRoot, HASH_BYTES } from './leaf.ts'

/** A built tree. Level 0 holds the leaf hashes, the last level the root; an empty tree has no level. */
export type Tree = {
  readonly size: number
  readonly levels: readonly Uint8Array[]
}

/**
 * Builds the tree over leaf *hashes* (see `hashLeaf`), in the order given.
 *
 * A flat buffer (32 bytes per leaf) is kept, not copied: it belongs to the tree from then on. A tree
 * of a million leaves holds 64 MB, that buffer included.
 *
 * @throws ERR_DPP_LEAF_INVALID when a leaf hash has not 32 bytes.
 */
export function buildTree(leafHashes: Uint8Array | readonly Uint8Array[]): Tree {
  const leaves = leafHashes instanceof Uint8Array ? leafHashes : joinHashes(leafHashes)
  if (leaves.length % HASH_BYTES !== 0) {
    throw anchorError('ERR_DPP_LEAF_INVALID', `${leaves.length} bytes are not a row of leaf hashes`)
  }
  const size = leaves.length / HASH_BYTES
  if (size === 0) return { size, levels: [] }
  const levels = [leaves]
  for (let level = leaves; level.length > HASH_BYTES; levels.push(level)) level = parentLevel(level)
  return { size, levels }
}

/** The root of a tree; the empty tree's is `SHA-256()`. */
export function treeRoot(tree: Tree): Uint8Array {
  return tree.size === 0 ? emptyRoot() : nodeAt(tree, tree.levels.length - 1, 0)
}

/** The hash of leaf `index`. @throws ERR_DPP_TREE_INDEX */
export function leafAt(tree: Tree, index: number): Uint8Array {
  assertLeafIndex(tree, index)
  return nodeAt(tree, 0, index)
}

/** A copy of node `index` of level `level`; own code asks only for nodes that exist. */
export function nodeAt(tree: Tree, level: number, index: number): Uint8Array {
  const nodes = tree.levels[level]
  const start = index * HASH_BYTES
  invariant(nodes !== undefined && start < nodes.length, 'no such node')
  return copyBytes(nodes.subarray(start, start + HASH_BYTES))
}

/** Number of nodes at `level`. */
export function levelSize(tree: Tree, level: number): number {
  return (tree.levels[level]?.length ?? 0) / HASH_BYTES
}

/** Refuses an index that names no leaf of the tree. @throws ERR_DPP_TREE_INDEX */
export function assertLeafIndex(tree: Tree, index: number): void {
  if (!Number.isSafeInteger(index) || index < 0 || index >= tree.size) {
    throw anchorError('ERR_DPP_TREE_INDEX', `no leaf ${index} in a tree of ${tree.size} leaves`)
  }
}

/** Joins separate hashes into one flat buffer. @throws ERR_DPP_LEAF_INVALID */
export function joinHashes(hashes: readonly Uint8Array[]): Uint8Array {
  const flat = new Uint8Array(hashes.length * HASH_BYTES)
  for (const [index, hash] of hashes.entries()) {
    if (hash.length !== HASH_BYTES) {
      throw anchorError(
        'ERR_DPP_LEAF_INVALID',
        `leaf hash ${index} has ${hash.length} bytes, not 32`,
      )
    }
    flat.set(hash, index * HASH_BYTES)
  }
  return flat
}

function parentLevel(level: Uint8Array): Uint8Array {
  const pairs = Math.floor(level.length / (2 * HASH_BYTES))
  const carried = level.subarray(pairs * 2 * HASH_BYTES) // The node without a partner, if there is one.
  const parents = new Uint8Array(pairs * HASH_BYTES + carried.length)
  // RFC 9162 §2.1.1: an inner node is SHA-256(0x01 ‖ left ‖ right).
  sha256Blocks(0x01, level.subarray(0, pairs * 2 * HASH_BYTES), 2 * HASH_BYTES, parents)
  parents.set(carried, pairs * HASH_BYTES)
  return parents
}
