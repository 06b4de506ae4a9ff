// A compact range: all that must be kept of a tree to append to it. It holds the roots of the complete subtrees
// that the tree begins with, the largest first: one for each bit of the size (RFC 9162 §2.1.1).
import { isJsonObject, type Json } from '@dpp/core'
import { copyBytes } from '../bytes.ts'
import { anchorError } from '../errors.ts'
import { formatHash, isHashText, parseHash } from './hash-text.ts'
import { emptyRoot, hashNode, isHash } from './leaf.ts'
import { nodeAt, type Tree } from './tree.ts'

/** The beginning of a tree, in at most 53 hashes. */
export type CompactRange = {
  readonly size: number
  readonly nodes: readonly Uint8Array[]
}

/** The range of the tree without leaves. */
export const emptyRange: CompactRange = { size: 0, nodes: [] }

/** The range of a tree that was built. */
export function compactRangeOf(tree: Tree): CompactRange {
  const nodes: Uint8Array[] = []
  let covered = 0
  for (let level = tree.levels.length - 1; level >= 0; level--) {
    const width = 2 ** level
    if (Math.floor(tree.size / width) % 2 === 0) continue
    nodes.push(nodeAt(tree, level, covered / width))
    covered += width
  }
  return { size: tree.size, nodes }
}

/** The range with one leaf more. @throws ERR_DPP_LEAF_INVALID unless the leaf hash has 32 bytes. */
export function appendLeaf(range: CompactRange, leafHash: Uint8Array): CompactRange {
  if (!isHash(leafHash)) throw anchorError('ERR_DPP_LEAF_INVALID', 'a leaf hash has 32 bytes')
  const nodes = [...range.nodes]
  let node = copyBytes(leafHash)
  // As in adding one to a binary number: each subtree of the same size is joined, each 1 carries.
  for (let rest = range.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    node = hashNode(nodes.pop() ?? node, node)
  }
  return { size: range.size + 1, nodes: [...nodes, node] }
}

/** The root of the tree that the range is the beginning of, if nothing is appended. */
export function rangeRoot(range: CompactRange): Uint8Array {
  // The tree splits at the largest power of two: the smaller subtrees join first.
  return (
    range.nodes.reduceRight<Uint8Array | undefined>(
      (right, left) => (right === undefined ? copyBytes(left) : hashNode(left, right)),
      undefined,
    ) ?? emptyRoot()
  )
}

/** The range as JSON, to keep it. */
export function formatCompactRange(range: CompactRange): Json {
  return { size: range.size, nodes: range.nodes.map(formatHash) }
}

/** Reads a kept range. @throws ERR_DPP_RANGE_INVALID when the number of nodes does not fit the size. */
export function parseCompactRange(value: Json): CompactRange {
  const { size, nodes } = isJsonObject(value) ? value : {}
  if (
    typeof size !== 'number' ||
    !Number.isSafeInteger(size) ||
    size < 0 ||
    !Array.isArray(nodes) ||
    !nodes.every(isHashText) ||
    nodes.length !== countOnes(size)
  ) {
    throw anchorError('ERR_DPP_RANGE_INVALID', 'not a size and as many hashes as it has bits set')
  }
  return { size, nodes: nodes.map(parseHash) }
}

function countOnes(size: number): number {
  let ones = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2
  return ones
}
