import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHash } from '../tree/hash-text.ts'
import { inclusionPath } from '../tree/inclusion.ts'
import { entryLeafHash, hashLeaf } from '../tree/leaf.ts'
import { buildTree, treeRoot } from '../tree/tree.ts'
import { type Anchor, type EvmAnchor, mergeAnchors } from './anchor.ts'
import {
  formatWitnessFile,
  type InclusionProof,
  mergeProof,
  parseWitnessFile,
  verifyInclusionProof,
} from './witness-file.ts'

const scid = `Qm${'a'.repeat(44)}`
const versionId = `2-Qm${'b'.repeat(44)}`
const leaves = ['a', 'b', 'c', 'd', 'e'].map(hashLeaf)
const tree = buildTree(leaves)

const anchor: EvmAnchor = {
  type: 'evm-registry',
  chain: 'eip155:11155111',
  registry: `0x${'1'.repeat(40)}`,
  anchorer: `0x${'2'.repeat(40)}`,
  batchId: '41',
  transactionHash: `0x${'3'.repeat(64)}`,
  block: { number: '7301123', hash: `0x${'4'.repeat(64)}`, timestamp: '2026-11-02T15:00:36Z' },
}

function proofOf(index: number, anchors: readonly Anchor[] = [anchor]): InclusionProof {
  return {
    versionId,
    leafIndex: index,
    treeSize: leaves.length,
    path: inclusionPath(tree, index).map(formatHash),
    root: formatHash(treeRoot(tree)),
    anchors,
  }
}

const file = mergeProof(undefined, proofOf(3), scid)

describe('witness.json', () => {
  it('is what it was after format and parse', () => {
    expect(parseWitnessFile(formatWitnessFile(file))).toEqual(file)
  })

  it('keeps members and anchor types that it does not know', () => {
    const unknown = { type: 'bitcoin-ots', proof: { deep: [1, 'x'] } }
    const other = { ...mergeProof(undefined, proofOf(0, [anchor, unknown]), scid), note: 'kept' }
    const parsed = parseWitnessFile(JSON.stringify(other))
    expect(parsed).toEqual(other)
    expect(mergeProof(parsed, proofOf(0), scid)).toEqual(other)
  })

  it.each([
    ['an unknown version', { version: 2 }],
    ['an unknown leaf', { leaf: 'event-jcs' }],
    ['an unknown tree', { tree: 'keccak' }],
  ])('does not judge %s', (_, change) => {
    expect(() => parseWitnessFile(JSON.stringify({ ...file, ...change }))).toThrow(
      code('ERR_DPP_WITNESS_FILE_UNSUPPORTED'),
    )
  })

  it.each([
    ['another type', { type: 'DppBatch' }],
    ['a version of another type', { version: '1' }],
    ['no leaf', { leaf: null }],
    ['a foreign SCID', { scid: '../../etc' }],
    ['proofs that are no list', { proofs: {} }],
    ['a proof that is no object', { proofs: [[]] }],
    ['a malformed versionId', { proofs: [{ ...proofOf(3), versionId: '2' }] }],
    ['an index outside the tree', { proofs: [{ ...proofOf(3), leafIndex: 5 }] }],
    ['a negative index', { proofs: [{ ...proofOf(3), leafIndex: -1 }] }],
    ['a fraction', { proofs: [{ ...proofOf(3), leafIndex: 0.5 }] }],
    ['a number as text', { proofs: [{ ...proofOf(3), treeSize: '5' }] }],
    ['an endless path', { proofs: [{ ...proofOf(3), path: Array(54).fill(proofOf(3).root) }] }],
    ['an upper-case hash', { proofs: [{ ...proofOf(3), root: proofOf(3).root.toUpperCase() }] }],
    ['a hash without prefix', { proofs: [{ ...proofOf(3), path: [proofOf(3).root.slice(2)] }] }],
    ['a short hash', { proofs: [{ ...proofOf(3), root: '0x00' }] }],
    ['anchors that are no list', { proofs: [{ ...proofOf(3), anchors: anchor }] }],
    ['an anchor without type', { proofs: [proofOf(3, [{} as Anchor])] }],
    ['an EVM anchor without anchorer', { proofs: [proofOf(3, [{ ...anchor, anchorer: '' }])] }],
    [
      'a checksummed address',
      { proofs: [proofOf(3, [{ ...anchor, registry: `0x${'A'.repeat(40)}` }])] },
    ],
    [
      'a batchId as number',
      { proofs: [proofOf(3, [{ ...anchor, batchId: 41 as unknown as string }])] },
    ],
    [
      'a day that no calendar has',
      {
        proofs: [
          proofOf(3, [
            { ...anchor, block: { ...anchor.block, timestamp: '2026-02-30T00:00:00Z' } },
          ]),
        ],
      },
    ],
  ])('refuses %s', (_, change) => {
    expect(() => parseWitnessFile(JSON.stringify({ ...file, ...change }))).toThrow(
      code('ERR_DPP_WITNESS_FILE_INVALID'),
    )
  })

  it('refuses what is not strict JSON', () => {
    const text = formatWitnessFile(file)
    const doubled = text.replace('"scid":', `"scid":"${scid}","scid":`)
    for (const input of ['', 'null', '[]', '{', doubled, `\ufeff${text}`, new Uint8Array([0xff])]) {
      expect(() => parseWitnessFile(input)).toThrow(code('ERR_DPP_WITNESS_FILE_INVALID'))
    }
  })

  it('throws coded errors only, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.uint8Array()), (junk) => {
        expect(() => parseWitnessFile(junk)).toThrow(code('ERR_DPP_WITNESS_FILE_INVALID'))
      }),
    )
  })
})

describe('merging', () => {
  it('adds a proof of another batch and keeps the earlier one', () => {
    const other = { ...proofOf(3), root: `0x${'9'.repeat(64)}` }
    expect(mergeProof(file, other, scid).proofs).toEqual([proofOf(3), other])
  })

  it('replaces an anchor of the same identity and adds others, whatever their order', () => {
    const reorged = { ...anchor, batchId: '42' }
    const elsewhere = { ...anchor, chain: 'eip155:1' }
    const merged = mergeProof(file, proofOf(3, [elsewhere, reorged]), scid)
    expect(merged.proofs).toEqual([proofOf(3, [reorged, elsewhere])])
    expect(file.proofs).toEqual([proofOf(3)])
  })

  it('is repeatable: merging again changes nothing', () => {
    expect(mergeProof(file, proofOf(3), scid)).toEqual(file)
  })

  it('does not tell two anchors of unknown type apart by order of members, and keeps different ones', () => {
    const [a, b] = [
      { type: 'x', n: 1 },
      { n: 1, type: 'x' },
    ]
    expect(mergeAnchors([a], [b, { type: 'x', n: 2 }])).toEqual([a, { type: 'x', n: 2 }])
  })

  it('refuses another product, and another place of the same entry under the same root', () => {
    expect(() => mergeProof(file, proofOf(3), scid.replace('a', 'b'))).toThrow(
      code('ERR_DPP_PROOF_CONFLICT'),
    )
    expect(() => mergeProof(file, proofOf(4), scid)).toThrow(code('ERR_DPP_PROOF_CONFLICT'))
  })
})

describe('a proof from a file', () => {
  it('holds for its own leaf and for no other, and never throws', () => {
    for (const [index, leafHash] of leaves.entries()) {
      expect(verifyInclusionProof(proofOf(3), leafHash)).toBe(index === 3)
    }
    expect(verifyInclusionProof({ ...proofOf(3), path: ['0x'] }, hashLeaf('d'))).toBe(false)
    expect(verifyInclusionProof({ ...proofOf(3), treeSize: 3 }, hashLeaf('d'))).toBe(false)
  })
})

describe('entryLeafHash', () => {
  it('is the leaf of the JCS of the entry with its proof, from the value and from its line', () => {
    const entry = { versionId, proof: [{ proofValue: 'z1' }], state: { id: 'x' } }
    const jcs = `{"proof":[{"proofValue":"z1"}],"state":{"id":"x"},"versionId":"${versionId}"}`
    expect(entryLeafHash(entry)).toEqual(hashLeaf(jcs))
    expect(entryLeafHash(` ${JSON.stringify(entry, null, 1)}\n`)).toEqual(hashLeaf(jcs))
    expect(entryLeafHash({ ...entry, proof: [] })).not.toEqual(hashLeaf(jcs))
  })
})

function code(expected: string) {
  return expect.objectContaining({ code: expected })
}
