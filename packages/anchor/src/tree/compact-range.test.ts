import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  appendLeaf,
  type CompactRange,
  compactRangeOf,
  emptyRange,
  formatCompactRange,
  parseCompactRange,
  rangeRoot,
} from './compact-range.ts'
import { hashLeaf } from './leaf.ts'
import { buildTree, treeRoot } from './tree.ts'

const leaves = Array.from({ length: 300 }, (_, i) => hashLeaf(`leaf ${i}`))

describe('the compact range', () => {
  it('has the root of the tree and is its range, for every size to 300', () => {
    let range = emptyRange
    for (let size = 0; size <= leaves.length; size++) {
      const tree = buildTree(leaves.slice(0, size))
      expect(rangeRoot(range)).toEqual(treeRoot(tree))
      expect(compactRangeOf(tree)).toEqual(range)
      const next = leaves[size]
      if (next !== undefined) range = appendLeaf(range, next)
    }
  })

  it('continues a tree from where it was kept', () => {
    fc.assert(
      fc.property(fc.nat(150), fc.nat(150), (size, more) => {
        const kept = JSON.stringify(
          formatCompactRange(compactRangeOf(buildTree(leaves.slice(0, size)))),
        )
        const append = (range: CompactRange, leaf: Uint8Array) => appendLeaf(range, leaf)
        const range = leaves
          .slice(size, size + more)
          .reduce(append, parseCompactRange(JSON.parse(kept)))
        expect(rangeRoot(range)).toEqual(treeRoot(buildTree(leaves.slice(0, size + more))))
      }),
      { numRuns: 30 },
    )
  })

  it('does not change the range that is appended to', () => {
    const range = compactRangeOf(buildTree(leaves.slice(0, 7)))
    const before = formatCompactRange(range)
    appendLeaf(range, leaves[7] as Uint8Array)
    expect(formatCompactRange(range)).toEqual(before)
  })

  it('refuses what cannot be a range, and leaves that are no hashes', () => {
    const good = formatCompactRange(compactRangeOf(buildTree(leaves.slice(0, 3))))
    expect(parseCompactRange(good).size).toBe(3)
    for (const change of [
      { size: 4 },
      { size: -1 },
      { size: 2.5 },
      { size: '3' },
      { nodes: [] },
      { nodes: ['0x', '0x'] },
      { nodes: {} },
    ]) {
      expect(() => parseCompactRange({ ...(good as object), ...change })).toThrow(
        code('ERR_DPP_RANGE_INVALID'),
      )
    }
    expect(() => parseCompactRange(null)).toThrow(code('ERR_DPP_RANGE_INVALID'))
    expect(() => appendLeaf(emptyRange, new Uint8Array(31))).toThrow(code('ERR_DPP_LEAF_INVALID'))
  })
})

function code(expected: string) {
  return expect.objectContaining({ code: expected })
}
