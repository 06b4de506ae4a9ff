// Builds a tree from leaf hashes that arrive one by one: a batch too large for a million small arrays.
import { anchorError } from '../errors.ts'
import { HASH_BYTES, isHash } from './leaf.ts'
import { buildTree, type Tree } from './tree.ts'

/** Collects leaf hashes in order; `finish` builds the tree and ends the builder. */
export type TreeBuilder = {
  /** Adds the next leaf hash, which is copied. @throws ERR_DPP_LEAF_INVALID unless it has 32 bytes. */
  append(leafHash: Uint8Array): void
  /** Leaves so far. */
  size(): number
  /** Builds the tree of all leaves; the builder is empty afterwards. */
  finish(): Tree
}

const CHUNK_BYTES = 1_048_576 // 32,768 hashes: no copy ever moves more, until the end.

/** Creates an empty builder. Leaves lie in flat chunks, 32 bytes each, and are joined once at the end. */
export function createTreeBuilder(): TreeBuilder {
  let chunks: Uint8Array[] = []
  let used = CHUNK_BYTES // Bytes used of the last chunk.
  const size = (): number =>
    chunks.length === 0 ? 0 : ((chunks.length - 1) * CHUNK_BYTES + used) / HASH_BYTES

  return {
    append(leafHash) {
      if (!isHash(leafHash)) throw anchorError('ERR_DPP_LEAF_INVALID', 'a leaf hash has 32 bytes')
      if (used === CHUNK_BYTES) {
        chunks.push(new Uint8Array(CHUNK_BYTES))
        used = 0
      }
      chunks.at(-1)?.set(leafHash, used)
      used += HASH_BYTES
    },
    size,
    finish() {
      const leaves = new Uint8Array(size() * HASH_BYTES)
      for (const [index, chunk] of chunks.entries()) {
        const at = index * CHUNK_BYTES
        leaves.set(chunk.subarray(0, leaves.length - at), at)
      }
      chunks = []
      used = CHUNK_BYTES
      return buildTree(leaves)
    },
  }
}
