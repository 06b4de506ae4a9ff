// Inclusion proofs, RFC 9162 §2.1.3: that a leaf stands at an index of a tree with a given root and size.
//
// Prover and checker walk the same way: up from the leaf, level by level. A node with an odd index has
// its partner on the left; one with an even index on the right, unless it is the last of its level:
// then it is carried up and takes nothing from the path.
import { invariant, isDppError } from '@dpp/core'
import { copyBytes } from '../bytes.ts'
import { anchorError } from '../errors.ts'
import { hashNode, isHash, isSameHash } from './leaf.ts'
import { assertLeafIndex, levelSize, nodeAt, type Tree } from './tree.ts'

/** A leaf, its place, and the path to the root. The size must come from where the root comes from. */
export type InclusionPath = {
  readonly leafHash: Uint8Array
  readonly leafIndex: number
  readonly treeSize: number
  readonly path: readonly Uint8Array[]
}

/**
 * The path of leaf `index`: its partners from the leaf up.
 *
 * @throws ERR_DPP_TREE_INDEX
 */
export function inclusionPath(tree: Tree, index: number): Uint8Array[] {
  assertLeafIndex(tree, index)
  const path: Uint8Array[] = []
  let node = index
  for (let level = 0; level < tree.levels.length - 1; level++) {
    const partner = node % 2 === 1 ? node - 1 : node + 1
    if (partner < levelSize(tree, level)) path.push(nodeAt(tree, level, partner))
    node = Math.floor(node / 2)
  }
  return path
}

/** The path of every leaf, in leaf order, one at a time: they are never all in memory. */
export function* allInclusionPaths(tree: Tree): Generator<Uint8Array[], void, undefined> {
  for (let index = 0; index < tree.size; index++) yield inclusionPath(tree, index)
}

/**
 * Computes the root that a path leads to; the caller compares it with a root it trusts.
 *
 * Refuses an index outside the tree, a path that is not exactly as long as index and size demand, and
 * hashes that have not 32 bytes, all before anything is hashed. The root binds neither index nor size
 * by itself: take both from where the root comes from or treat them as claims.
 *
 * @throws ERR_DPP_PROOF_INVALID
 */
export function rootFromInclusionProof(proof: InclusionPath): Uint8Array {
  const { leafIndex, treeSize, path } = proof
  assertProofNumbers(leafIndex, treeSize)
  const expected = inclusionPathLength(leafIndex, treeSize)
  if (!Array.isArray(path) || path.length !== expected) {
    throw invalid(`the path of leaf ${leafIndex} of ${treeSize} has ${expected} hashes`)
  }
  assertHashLengths([proof.leafHash, ...path])

  let hash: Uint8Array = copyBytes(proof.leafHash)
  const partners = path.values()
  let node = leafIndex
  // `last` is the index of the last node of the level.
  for (let last = treeSize - 1; last > 0; last = parentIndex(last)) {
    if (node % 2 === 1) hash = hashNode(takeHash(partners), hash)
    else if (node < last) hash = hashNode(hash, takeHash(partners))
    node = parentIndex(node)
  }
  return hash
}

/** Tells whether the path leads from the leaf to `root`; a malformed proof does not. Never throws. */
export function verifyInclusion(proof: InclusionPath & { readonly root: Uint8Array }): boolean {
  try {
    return isSameHash(rootFromInclusionProof(proof), proof.root)
  } catch (error) {
    if (isDppError(error)) return false
    throw error // Our own bug, which must not pass for a bad proof.
  }
}

/** How many hashes the path of leaf `leafIndex` in a tree of `treeSize` leaves has. */
export function inclusionPathLength(leafIndex: number, treeSize: number): number {
  let length = 0
  let node = leafIndex
  for (let last = treeSize - 1; last > 0; last = parentIndex(last)) {
    if (node % 2 === 1 || node < last) length++
    node = parentIndex(node)
  }
  return length
}

/** Index of a node's parent in the level above. Division, since shifts stop at 2^31. */
export function parentIndex(node: number): number {
  return Math.floor(node / 2)
}

/** The next hash of a path whose length was checked. */
export function takeHash(path: Iterator<Uint8Array>): Uint8Array {
  const next = path.next()
  invariant(next.done !== true, 'the length of the path was checked')
  return next.value
}

/** Refuses anything but hashes of 32 bytes. @throws ERR_DPP_PROOF_INVALID */
export function assertHashLengths(hashes: readonly Uint8Array[]): void {
  for (const hash of hashes) {
    if (!isHash(hash)) throw invalid('a hash of the proof has not 32 bytes')
  }
}

// The message holds numbers only: a hostile value has no chance to run as text is made of it.
function assertProofNumbers(leafIndex: number, treeSize: number): void {
  if (
    !Number.isSafeInteger(leafIndex) ||
    !Number.isSafeInteger(treeSize) ||
    leafIndex < 0 ||
    leafIndex >= treeSize
  ) {
    throw invalid('the leaf index is not below the tree size, or one is no whole number')
  }
}

function invalid(message: string): Error {
  return anchorError('ERR_DPP_PROOF_INVALID', message)
}
