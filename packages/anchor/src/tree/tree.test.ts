import { toHex } from '@dpp/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consistencyPath, verifyConsistency } from './consistency.ts'
import {
  allInclusionPaths,
  inclusionPath,
  inclusionPathLength,
  rootFromInclusionProof,
  verifyInclusion,
} from './inclusion.ts'
import { emptyRoot, hashLeaf, hashNode } from './leaf.ts'
import { referencePath, referenceProof, referenceRoot } from './reference-tree.suite.ts'
import { buildTree, joinHashes, leafAt, treeRoot } from './tree.ts'

const LARGEST = 300
const leaves = Array.from({ length: LARGEST }, (_, i) => hashLeaf(`leaf ${i}`))
const trees = Array.from({ length: LARGEST + 1 }, (_, size) => buildTree(leaves.slice(0, size)))
const treeOf = (size: number) => trees[size] ?? buildTree([])

describe('the tree', () => {
  it('has the root, the paths and the proofs of RFC 9162 for every size to 300', () => {
    let paths = 0
    for (let size = 1; size <= LARGEST; size++) {
      const tree = treeOf(size)
      const root = treeRoot(tree)
      expect(root).toEqual(referenceRoot(leaves.slice(0, size)))
      for (const [index, path] of [...allInclusionPaths(tree)].entries()) {
        const leafHash = leafAt(tree, index)
        expect(path.length).toBe(inclusionPathLength(index, size))
        if (!verifyInclusion({ leafHash, leafIndex: index, treeSize: size, path, root })) {
          expect.fail(`leaf ${index} of ${size} is not provable`)
        }
        paths++
      }
    }
    expect(paths).toBe((LARGEST * (LARGEST + 1)) / 2)
  })

  it('gives the paths that the recursion of the RFC gives', () => {
    for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 100, 129, LARGEST]) {
      const tree = treeOf(size)
      for (let index = 0; index < size; index += size > 64 ? 7 : 1) {
        expect(inclusionPath(tree, index)).toEqual(referencePath(index, leaves.slice(0, size)))
      }
    }
  })

  it('proves no leaf at any other position, for every size to 40', () => {
    for (let size = 1; size <= 40; size++) {
      const tree = treeOf(size)
      const root = treeRoot(tree)
      for (let index = 0; index < size; index++) {
        const [leafHash, path] = [leafAt(tree, index), inclusionPath(tree, index)]
        for (let other = 0; other < size; other++) {
          const valid = verifyInclusion({ leafHash, leafIndex: other, treeSize: size, path, root })
          if (valid !== (other === index))
            expect.fail(`leaf ${index} of ${size} at ${other}: ${valid}`)
        }
      }
    }
  })

  it('is the same from a flat buffer and from separate hashes, and keeps the flat one', () => {
    const flat = joinHashes(leaves)
    expect(treeRoot(buildTree(flat))).toEqual(treeRoot(buildTree(leaves)))
    expect(buildTree(flat).levels[0]).toBe(flat)
  })

  it('hands out copies, also of what came in a Buffer', () => {
    class View extends Uint8Array {
      // As Node's Buffer does it.
      override slice(from?: number, to?: number) {
        return this.subarray(from, to)
      }
    }
    const flat = new View(joinHashes(leaves.slice(0, 2)))
    const tree = buildTree(flat)
    leafAt(tree, 0).fill(0)
    inclusionPath(tree, 1)[0]?.fill(0)
    expect(leafAt(tree, 0)).toEqual(leaves[0])
    const leafHash = new View(leaves[0] as Uint8Array)
    rootFromInclusionProof({ leafHash, leafIndex: 0, treeSize: 1, path: [] }).fill(0)
    expect(new Uint8Array(leafHash)).toEqual(leaves[0])
  })

  it('is the same on every backend: this root was computed by Python’s hashlib', () => {
    expect(toHex(treeRoot(treeOf(LARGEST)))).toBe(
      'e7afc82d38944fc7930545328091d45823288c1f734cbdac06396713ebd4b5d5',
    )
  })

  it('refuses to hash what is no hash into a node', () => {
    const [a] = leaves as [Uint8Array]
    expect(() => hashNode(a, a.subarray(1))).toThrow(code('ERR_DPP_HASH_INVALID'))
  })

  it('has the empty root without leaves and the leaf hash with one', () => {
    expect(treeRoot(buildTree([]))).toEqual(emptyRoot())
    expect(treeRoot(treeOf(1))).toEqual(leaves[0])
    expect([...allInclusionPaths(treeOf(1))]).toEqual([[]])
  })

  it('does not share a root with the tree that repeats its last leaf (CVE-2012-2459)', () => {
    const [a, b, c] = leaves as [Uint8Array, Uint8Array, Uint8Array]
    expect(treeRoot(buildTree([a, b, c]))).not.toEqual(treeRoot(buildTree([a, b, c, c])))
  })

  it('tells a leaf from an inner node (second preimage)', () => {
    const [a, b] = leaves as [Uint8Array, Uint8Array]
    const inner = new Uint8Array([...a, ...b])
    expect(hashLeaf(inner)).not.toEqual(hashNode(a, b))
  })

  it('refuses leaves that are no hashes and indexes outside', () => {
    expect(() => buildTree(new Uint8Array(33))).toThrow(code('ERR_DPP_LEAF_INVALID'))
    expect(() => buildTree([new Uint8Array(31)])).toThrow(code('ERR_DPP_LEAF_INVALID'))
    for (const index of [-1, 5, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => inclusionPath(treeOf(5), index)).toThrow(code('ERR_DPP_TREE_INDEX'))
    }
    for (const size of [-1, 6, 0.5, Number.NaN]) {
      expect(() => consistencyPath(treeOf(5), size)).toThrow(code('ERR_DPP_TREE_INDEX'))
    }
  })
})

describe('inclusion', () => {
  it('fails with any bit of any part flipped, and with any hash missing, doubled or added', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: LARGEST }), fc.nat(), fc.nat(), (size, nth, bit) => {
        const tree = treeOf(size)
        const leafIndex = nth % size
        const path = inclusionPath(tree, leafIndex)
        const proof = {
          leafHash: leafAt(tree, leafIndex),
          leafIndex,
          treeSize: size,
          path,
          root: treeRoot(tree),
        }
        expect(verifyInclusion(proof)).toBe(true)
        expect(verifyInclusion({ ...proof, leafHash: flip(proof.leafHash, bit) })).toBe(false)
        expect(verifyInclusion({ ...proof, root: flip(proof.root, bit) })).toBe(false)
        const at = bit % path.length
        expect(
          verifyInclusion({ ...proof, path: path.map((h, i) => (i === at ? flip(h, bit) : h)) }),
        ).toBe(false)
        expect(verifyInclusion({ ...proof, path: path.toSpliced(at, 1) })).toBe(false)
        expect(verifyInclusion({ ...proof, path: [...path, proof.root] })).toBe(false)
        expect(verifyInclusion({ ...proof, path: [proof.leafHash, ...path] })).toBe(false)
      }),
    )
  })

  it('names what is wrong with numbers and lengths before it hashes', () => {
    const proof = { leafHash: leaves[0] as Uint8Array, leafIndex: 0, treeSize: 1, path: [] }
    for (const [leafIndex, treeSize] of [
      [0, 0],
      [1, 1],
      [-1, 1],
      [0.5, 1],
      [0, 2 ** 53],
      [2 ** 53, 2 ** 53 + 2],
      [0, Number.NaN],
    ] as const) {
      expect(() => rootFromInclusionProof({ ...proof, leafIndex, treeSize })).toThrow(
        code('ERR_DPP_PROOF_INVALID'),
      )
    }
    expect(() => rootFromInclusionProof({ ...proof, leafHash: new Uint8Array(31) })).toThrow(
      code('ERR_DPP_PROOF_INVALID'),
    )
    expect(() =>
      rootFromInclusionProof({ ...proof, treeSize: 2, path: [new Uint8Array(33)] }),
    ).toThrow(code('ERR_DPP_PROOF_INVALID'))
  })

  it('counts in numbers beyond 32 bits', () => {
    const treeSize = 2 ** 40 + 1
    const path = Array.from(
      { length: inclusionPathLength(0, treeSize) },
      (_, i) => leaves[i] as Uint8Array,
    )
    expect(path.length).toBe(41)
    expect(inclusionPathLength(2 ** 40, treeSize)).toBe(1)
    const [leafHash] = leaves as [Uint8Array]
    const root = path.reduce((hash, partner) => hashNode(hash, partner), leafHash)
    expect(rootFromInclusionProof({ leafHash, leafIndex: 0, treeSize, path })).toEqual(root)
  })

  it('never throws on junk', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.anything(),
        fc.anything(),
        fc.anything(),
        fc.anything(),
        (leafHash, leafIndex, treeSize, path, root) => {
          const junk = { leafHash, leafIndex, treeSize, path, root } as unknown as Parameters<
            typeof verifyInclusion
          >[0]
          expect(verifyInclusion(junk)).toBe(false)
        },
      ),
    )
  })
})

describe('consistency', () => {
  it('gives and accepts the proof of RFC 9162 for every pair of sizes to 64, and every size below 300', () => {
    const pairs = [
      ...sizePairs(64),
      ...Array.from({ length: LARGEST - 1 }, (_, i) => [i + 1, LARGEST] as const),
    ]
    for (const [size1, size2] of pairs) {
      const path = consistencyPath(treeOf(size2), size1)
      if (size1 < size2) expect(path).toEqual(referenceProof(size1, leaves.slice(0, size2)))
      const [root1, root2] = [treeRoot(treeOf(size1)), treeRoot(treeOf(size2))]
      if (!verifyConsistency({ size1, size2, root1, root2, path }))
        expect.fail(`${size1} to ${size2}`)
    }
  })

  it('fails for other sizes, roots and paths', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: LARGEST - 1 }),
        fc.integer({ min: 1, max: 99 }),
        fc.nat(),
        (size1, more, bit) => {
          const size2 = Math.min(LARGEST, size1 + more)
          const path = consistencyPath(treeOf(size2), size1)
          const proof = {
            size1,
            size2,
            path,
            root1: treeRoot(treeOf(size1)),
            root2: treeRoot(treeOf(size2)),
          }
          expect(verifyConsistency(proof)).toBe(true)
          expect(verifyConsistency({ ...proof, root1: flip(proof.root1, bit) })).toBe(false)
          expect(verifyConsistency({ ...proof, root2: flip(proof.root2, bit) })).toBe(false)
          expect(verifyConsistency({ ...proof, root1: proof.root2, root2: proof.root1 })).toBe(
            false,
          )
          expect(verifyConsistency({ ...proof, size1: size2, size2: size1 })).toBe(false)
          expect(verifyConsistency({ ...proof, path: [...path, proof.root2] })).toBe(false)
          expect(verifyConsistency({ ...proof, path: path.slice(1) })).toBe(false)
          const at = bit % path.length
          expect(
            verifyConsistency({
              ...proof,
              path: path.map((h, i) => (i === at ? flip(h, bit) : h)),
            }),
          ).toBe(false)
        },
      ),
    )
  })

  it('accepts two empty trees and never a way from an empty to a larger one', () => {
    const [root1, root2] = [emptyRoot(), treeRoot(treeOf(3))]
    expect(consistencyPath(treeOf(3), 0)).toEqual([])
    expect(verifyConsistency({ size1: 0, size2: 0, path: [], root1, root2: root1 })).toBe(true)
    expect(verifyConsistency({ size1: 0, size2: 0, path: [], root1: root2, root2 })).toBe(false)
    expect(verifyConsistency({ size1: 0, size2: 3, path: [], root1, root2 })).toBe(false)
  })

  it('never throws on junk', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.anything(),
        fc.anything(),
        fc.anything(),
        fc.anything(),
        (size1, size2, path, root1, root2) => {
          const junk = { size1, size2, path, root1, root2 } as unknown as Parameters<
            typeof verifyConsistency
          >[0]
          expect(verifyConsistency(junk)).toBe(false)
        },
      ),
    )
  })
})

function* sizePairs(largest: number): Generator<readonly [number, number]> {
  for (let size2 = 1; size2 <= largest; size2++)
    for (let size1 = 1; size1 <= size2; size1++) yield [size1, size2]
}

function flip(hash: Uint8Array, bit: number): Uint8Array {
  const flipped = hash.slice()
  const at = Math.floor(bit / 8) % flipped.length
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8))
  return flipped
}

function code(expected: string) {
  return expect.objectContaining({ code: expected })
}
