// Consistency proofs, RFC 9162 §2.1.4: that a smaller tree is the beginning of a larger one.
import { isDppError } from '@dpp/core'
import { copyBytes, isSameBytes } from '../bytes.ts'
import { anchorError } from '../errors.ts'
import { assertHashLengths, parentIndex, takeHash } from './inclusion.ts'
import { emptyRoot, hashNode, isSameHash } from './leaf.ts'
import { levelSize, nodeAt, type Tree } from './tree.ts'

/** Two sizes and the hashes between them, `0 < size1 ≤ size2`. */
export type ConsistencyPath = {
  readonly size1: number
  readonly size2: number
  readonly path: readonly Uint8Array[]
}

/**
 * The proof that the tree of the first `size1` leaves is the beginning of `tree`.
 *
 * Empty when `size1` is 0 or the tree's own size.
 *
 * @throws ERR_DPP_TREE_INDEX when `size1` is no size of a beginning of the tree.
 */
export function consistencyPath(tree: Tree, size1: number): Uint8Array[] {
  if (!isSize(size1) || size1 > tree.size) {
    throw anchorError('ERR_DPP_TREE_INDEX', `no tree of ${size1} leaves begins one of ${tree.size}`)
  }
  if (size1 === 0 || size1 === tree.size) return []
  // RFC 9162 §2.1.4.1, from the bottom: begin at the last complete subtree of the smaller tree …
  let { node, level } = lastSubtree(size1)
  const path = isPowerOfTwo(size1) ? [] : [nodeAt(tree, level, node)]
  // … and take the partners on the way up; a left one belongs to both trees, a right one to the larger.
  for (; level < tree.levels.length - 1; level++) {
    const partner = node % 2 === 1 ? node - 1 : node + 1
    if (partner < levelSize(tree, level)) path.push(nodeAt(tree, level, partner))
    node = parentIndex(node)
  }
  return path
}

/**
 * Computes both roots that a proof leads to, given the smaller root, which is the first hash of the
 * path where `size1` is a power of two (RFC 9162 §2.1.4.2).
 *
 * Refuses sizes out of order, `size1` 0 (an empty tree is the beginning of any, which proves nothing),
 * and a path that is not exactly as long as the sizes demand, before anything is hashed.
 *
 * @throws ERR_DPP_PROOF_INVALID
 */
export function rootsFromConsistencyProof(
  proof: ConsistencyPath & { readonly root1: Uint8Array },
): { root1: Uint8Array; root2: Uint8Array } {
  const { size1, size2, path } = proof
  if (!isSize(size1) || !isSize(size2) || size1 < 1 || size1 > size2) {
    throw invalid('the sizes are out of order, zero, or no whole numbers')
  }
  const expected = consistencyPathLength(size1, size2)
  if (!Array.isArray(path) || path.length !== expected) {
    throw invalid(`the path from ${size1} to ${size2} leaves has ${expected} hashes`)
  }
  assertHashLengths([proof.root1, ...path])
  if (size1 === size2) return { root1: copyBytes(proof.root1), root2: copyBytes(proof.root1) }

  const partners = path.values()
  let root1 = copyBytes(isPowerOfTwo(size1) ? proof.root1 : takeHash(partners))
  let root2 = root1
  let { node, level } = lastSubtree(size1)
  for (let last = lastIndex(size2, level); last > 0; last = parentIndex(last)) {
    if (node % 2 === 1) {
      const partner = takeHash(partners)
      root1 = hashNode(partner, root1)
      root2 = hashNode(partner, root2)
    } else if (node < last) {
      root2 = hashNode(root2, takeHash(partners))
    }
    node = parentIndex(node)
  }
  return { root1, root2 }
}

/**
 * Tells whether the tree with `root1` is the beginning of the tree with `root2`. Never throws.
 *
 * Two empty trees are consistent with an empty path and the empty tree's root; from an empty to a
 * larger tree there is no proof.
 */
export function verifyConsistency(
  proof: ConsistencyPath & { readonly root1: Uint8Array; readonly root2: Uint8Array },
): boolean {
  const { size1, size2, path, root1, root2 } = proof
  if (size1 === 0 && size2 === 0 && !isSameHash(root1, emptyRoot())) return false
  // RFC 9162 §2.1.4.2 step 1: equal sizes ask for equal roots and nothing is computed.
  if (size1 === size2 && isSize(size1)) return isEmpty(path) && isSameBytes(root1, root2)
  try {
    const roots = rootsFromConsistencyProof(proof)
    return isSameHash(roots.root1, root1) && isSameHash(roots.root2, root2)
  } catch (error) {
    if (isDppError(error)) return false
    throw error // Our own bug, which must not pass for a bad proof.
  }
}

/** How many hashes the proof from `size1` to `size2` leaves has, `0 < size1 ≤ size2`. */
export function consistencyPathLength(size1: number, size2: number): number {
  if (size1 === size2) return 0
  let { node, level } = lastSubtree(size1)
  let length = isPowerOfTwo(size1) ? 0 : 1
  for (let last = lastIndex(size2, level); last > 0; last = parentIndex(last)) {
    if (node % 2 === 1 || node < last) length++
    node = parentIndex(node)
  }
  return length
}

// The largest complete subtree that ends where the smaller tree ends: its level and index there.
function lastSubtree(size: number): { node: number; level: number } {
  let node = size - 1
  let level = 0
  for (; node % 2 === 1; level++) node = parentIndex(node)
  return { node, level }
}

// Index of the last node at `level` of a tree of `size` leaves.
function lastIndex(size: number, level: number): number {
  return Math.floor((size - 1) / 2 ** level)
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isEmpty(path: unknown): boolean {
  return Array.isArray(path) && path.length === 0
}

function isPowerOfTwo(size: number): boolean {
  let rest = size
  while (rest % 2 === 0) rest /= 2
  return rest === 1
}

function invalid(message: string): Error {
  return anchorError('ERR_DPP_PROOF_INVALID', message)
}
