import { describe, expect, it } from 'vitest'
import { formatHash } from '../tree/hash-text.ts'
import { compareHashes, hashLeaf } from '../tree/leaf.ts'
import { buildTree, treeRoot } from '../tree/tree.ts'
import {
  type BatchFile,
  forkedParents,
  formatBatchFile,
  parseBatchFile,
  verifyBatchFile,
} from './batch-file.ts'

const id = (n: number, letter: string) => `${n}-Qm${letter.repeat(44)}`
const leafHashes = ['a', 'b', 'c', 'd', 'e'].map(hashLeaf).sort(compareHashes)
const file: BatchFile = {
  type: 'DppBatch',
  version: 1,
  root: formatHash(treeRoot(buildTree(leafHashes))),
  treeSize: leafHashes.length,
  entries: leafHashes.map((leafHash, i) => ({
    versionId: id(i + 1, 'abcde'.charAt(i)),
    parent: i === 0 ? null : id(i, 'z'),
    leafHash: formatHash(leafHash),
  })),
  anchors: [{ type: 'other' }],
}
const [first, second] = file.entries as [BatchFile['entries'][0], BatchFile['entries'][0]]

describe('the batch file', () => {
  it('is what it was after format and parse, and builds its root', () => {
    const parsed = parseBatchFile(formatBatchFile(file))
    expect(parsed).toEqual(file)
    expect(verifyBatchFile(parsed)).toBe(true)
  })

  it('does not build another root', () => {
    expect(verifyBatchFile({ ...file, root: first.leafHash })).toBe(false)
    expect(verifyBatchFile({ ...file, entries: file.entries.slice(1), treeSize: 4 })).toBe(false)
  })

  it('does not judge an unknown version', () => {
    expect(() => parseBatchFile(JSON.stringify({ ...file, version: 2 }))).toThrow(
      code('ERR_DPP_BATCH_FILE_UNSUPPORTED'),
    )
  })

  it.each([
    ['another type', { type: 'DppAnchorWitness' }],
    ['no version', { version: null }],
    ['a root that is no hash', { root: 'x' }],
    ['no entries', { entries: [], treeSize: 0 }],
    ['entries that are no list', { entries: {} }],
    ['another size', { treeSize: 6 }],
    ['leaves out of order', { entries: [second, first], treeSize: 2 }],
    ['the same leaf twice', { entries: [first, first], treeSize: 2 }],
    [
      'no parent',
      { entries: [{ versionId: first.versionId, leafHash: first.leafHash }], treeSize: 1 },
    ],
    ['a malformed parent', { entries: [{ ...first, parent: '1' }], treeSize: 1 }],
    ['a malformed leaf hash', { entries: [{ ...first, leafHash: '0x' }], treeSize: 1 }],
    ['anchors that are no list', { anchors: null }],
    ['an anchor without type', { anchors: [{}] }],
  ])('refuses %s', (_, change) => {
    expect(() => parseBatchFile(JSON.stringify({ ...file, ...change }))).toThrow(
      code('ERR_DPP_BATCH_FILE_INVALID'),
    )
  })

  it('shows forks: two children of one parent, in one batch or in two', () => {
    const child = (versionId: string) => ({
      ...file,
      entries: [{ ...first, versionId, parent: id(1, 'p') }],
    })
    expect(forkedParents([child(id(2, 'a')), child(id(2, 'b'))])).toEqual([id(1, 'p')])
    expect(forkedParents([child(id(2, 'a')), child(id(2, 'a'))])).toEqual([])
    expect(forkedParents([file])).toEqual([])
  })

  it('holds a large batch', () => {
    const many = Array.from({ length: 30_000 }, (_, i) => formatHash(hashLeaf(`${i}`))).sort()
    const large = {
      ...file,
      treeSize: many.length,
      entries: many.map((leafHash) => ({ ...first, leafHash })),
    }
    expect(parseBatchFile(formatBatchFile(large)).treeSize).toBe(30_000)
  })
})

function code(expected: string) {
  return expect.objectContaining({ code: expected })
}
