import { createLocalSigner } from '@dpp/core'
import { encode } from 'cborg'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHash } from '../tree/hash-text.ts'
import { inclusionPath } from '../tree/inclusion.ts'
import { hashLeaf } from '../tree/leaf.ts'
import { buildTree, treeRoot } from '../tree/tree.ts'
import { createCoseReceipt, parseCoseReceipt, verifyCoseReceipt } from './cose-receipt.ts'

const signer = createLocalSigner(new Uint8Array(32).fill(7))
const other = createLocalSigner(new Uint8Array(32).fill(8))
const origin = 'https://dpp.example.com/'
const verifier = { origin, publicKey: signer.publicKey }
const leaves = ['a', 'b', 'c', 'd', 'e'].map(hashLeaf)
const tree = buildTree(leaves)
const place = (leafIndex: number) => ({
  leafIndex,
  treeSize: leaves.length,
  path: inclusionPath(tree, leafIndex).map(formatHash),
  root: formatHash(treeRoot(tree)),
})
const leaf = (index: number) => leaves[index] as Uint8Array

describe('COSE Receipt', () => {
  it('is what it was after writing and reading, and proves its leaf alone', async () => {
    for (const index of leaves.keys()) {
      const receipt = parseCoseReceipt(await createCoseReceipt(place(index), { origin, signer }))
      const { root: _, ...rest } = place(index)
      expect(receipt).toMatchObject({ ...rest, origin })
      for (const at of leaves.keys()) {
        expect(verifyCoseReceipt(receipt, leaf(at), verifier)).toBe(at === index)
      }
    }
  })

  it('does not hold for another key or another origin', async () => {
    const receipt = parseCoseReceipt(await createCoseReceipt(place(0), { origin, signer }))
    expect(verifyCoseReceipt(receipt, leaf(0), { origin, publicKey: other.publicKey })).toBe(false)
    expect(verifyCoseReceipt(receipt, leaf(0), { ...verifier, origin: 'other' })).toBe(false)
    expect(verifyCoseReceipt({ ...receipt, path: ['0x'] }, leaf(0), verifier)).toBe(false)
  })

  it('is refused or does not hold with any bit flipped or any byte cut off', async () => {
    const bytes = await createCoseReceipt(place(3), { origin, signer })
    const judge = (changed: Uint8Array): boolean => {
      try {
        return verifyCoseReceipt(parseCoseReceipt(changed), leaf(3), verifier)
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_DPP_COSE_RECEIPT_INVALID' })
        return false
      }
    }
    expect(judge(bytes)).toBe(true)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice()
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      // The signature does not cover the tree size, and trees of several sizes share this path.
      if (judge(changed)) expect(parseCoseReceipt(changed).treeSize, `bit ${bit}`).not.toBe(5)
    }
    for (let length = 0; length < bytes.length; length++)
      expect(judge(bytes.slice(0, length))).toBe(false)
    expect(judge(new Uint8Array([...bytes, 0]))).toBe(false)
  })

  it('refuses whatever is not a receipt of inclusion, with a code', () => {
    const header = (entries: readonly (readonly [number, unknown])[]) => encode(new Map(entries))
    const good = [
      [1, -8],
      [395, 1],
    ] as const
    const proofs = (...list: unknown[]) => new Map([[396, new Map([[-1, list]])]])
    const inclusion = encode([1, 0, []])
    const signature = new Uint8Array(64)
    const sign1 = (...parts: unknown[]) => new Uint8Array([0xd2, ...encode(parts)])
    expect(parseCoseReceipt(sign1(header(good), proofs(inclusion), null, signature)).treeSize).toBe(
      1,
    )
    for (const [what, bytes] of Object.entries({
      untagged: encode([header(good), proofs(inclusion), null, signature]),
      'another algorithm': sign1(
        header([
          [1, -7],
          [395, 1],
        ]),
        proofs(inclusion),
        null,
        signature,
      ),
      'another structure': sign1(
        header([
          [1, -8],
          [395, 2],
        ]),
        proofs(inclusion),
        null,
        signature,
      ),
      'a critical header': sign1(header([...good, [2, [1]]]), proofs(inclusion), null, signature),
      'an attached payload': sign1(header(good), proofs(inclusion), new Uint8Array(32), signature),
      'no proof': sign1(header(good), new Map(), null, signature),
      'two proofs': sign1(header(good), proofs(inclusion, inclusion), null, signature),
      'a negative index': sign1(header(good), proofs(encode([1, -1, []])), null, signature),
      'a short hash': sign1(
        header(good),
        proofs(encode([2, 0, [new Uint8Array(31)]])),
        null,
        signature,
      ),
      'five parts': sign1(header(good), proofs(inclusion), null, signature, 1),
      'a text as header': sign1('x', proofs(inclusion), null, signature),
    })) {
      expect(() => parseCoseReceipt(bytes), what).toThrow(
        expect.objectContaining({ code: 'ERR_DPP_COSE_RECEIPT_INVALID' }),
      )
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => {
        expect(() => parseCoseReceipt(new Uint8Array([0xd2, 0x84, ...junk]))).toThrow(
          expect.objectContaining({ code: 'ERR_DPP_COSE_RECEIPT_INVALID' }),
        )
      }),
    )
  })
})
