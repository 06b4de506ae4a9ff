import { describe, expect, it } from 'vitest'
import { formatHash } from './hash-text.ts'
import { allInclusionPaths } from './inclusion.ts'
import { hashLeaf } from './leaf.ts'
import { allPathTexts } from './path-texts.ts'
import { buildTree, joinHashes, treeRoot } from './tree.ts'
import { createTreeBuilder } from './tree-builder.ts'

describe('the tree builder', () => {
  it('builds what buildTree builds, across chunks, and is empty afterwards', () => {
    const some = Array.from({ length: 1000 }, (_, i) => hashLeaf(`${i}`))
    const many = Array.from({ length: 32_768 + 3 }, (_, i) => some[i % 1000] as Uint8Array)
    const builder = createTreeBuilder()
    for (const hashes of [many, [], some.slice(0, 5), many.slice(0, 32_768)]) {
      for (const hash of hashes) builder.append(hash)
      expect(builder.size()).toBe(hashes.length)
      const tree = builder.finish()
      expect(tree.size).toBe(hashes.length)
      expect(treeRoot(tree)).toEqual(treeRoot(buildTree(joinHashes(hashes))))
      expect(builder.size()).toBe(0)
    }
  })

  it('copies what it is given, and refuses what is no hash', () => {
    const builder = createTreeBuilder()
    const hash = hashLeaf('a')
    builder.append(hash)
    hash.fill(0)
    expect(treeRoot(builder.finish())).toEqual(hashLeaf('a'))
    expect(() => builder.append(new Uint8Array(33))).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_LEAF_INVALID' }),
    )
  })
})

describe('path texts', () => {
  it('are the paths of every leaf as text, for every size to 70 and across rows', () => {
    const leaves = Array.from({ length: 2500 }, (_, i) => hashLeaf(`${i}`))
    for (const size of [...Array(71).keys(), 1023, 1024, 1025, 2500]) {
      const tree = buildTree(leaves.slice(0, size))
      const paths = [...allInclusionPaths(tree)].map((path) => path.map(formatHash))
      expect([...allPathTexts(tree)]).toEqual(paths)
    }
  })

  it('are the caller’s own lists', () => {
    const tree = buildTree(['a', 'b', 'c', 'd'].map(hashLeaf))
    const [first] = allPathTexts(tree)
    const before = structuredClone(first)
    for (const path of allPathTexts(tree)) path.length = 0
    expect(first).toEqual(before)
  })
})
