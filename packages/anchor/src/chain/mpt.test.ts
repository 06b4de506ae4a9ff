// Trie proofs against the tries of an independent implementation: every key proves, every absence proves, and nothing
// that was changed does.

import { fromHex, toHex } from '@dpp/core'
import { createMerkleProof, createMPT, type MerklePatriciaTrie } from '@ethereumjs/mpt'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTrie } from './mpt.ts'

type Entries = readonly (readonly [key: Uint8Array, value: Uint8Array])[]

const invalid = expect.objectContaining({ code: 'ERR_DPP_EVIDENCE_INVALID' })

/** Short keys over few nibbles, so that branches, extensions and inline nodes all occur. */
const crowded = fc.uniqueArray(
  fc.tuple(
    fc.array(fc.constantFrom(0x00, 0x01, 0x10, 0x11), { minLength: 3, maxLength: 3 }),
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
  ),
  { selector: ([key]) => key.join(), minLength: 1, maxLength: 30 },
)

describe('trie proofs', () => {
  it('reads every value and every absence of any trie, and needs each node', async () => {
    await fc.assert(
      fc.asyncProperty(crowded, async (raw) => {
        const entries = raw.map(([key, value]) => [Uint8Array.from(key), value] as const)
        const trie = await build(entries)
        for (const [key, value] of entries) {
          const repeated = await createMerkleProof(trie, key) // Inline nodes as nodes of their own.
          const proof = repeated.filter((node, index) => index === 0 || node.length >= 32)
          for (const nodes of [repeated, proof])
            expect(toHex(readTrie(trie.root(), key, nodes) ?? new Uint8Array())).toBe(toHex(value))
          expect(() => readTrie(trie.root(), key, proof.slice(0, -1))).toThrow(invalid)
          expect(() => readTrie(trie.root(), key, [...proof, proof[0] ?? key])).toThrow(invalid)
        }
        for (const key of [Uint8Array.of(0, 0, 0), Uint8Array.of(1, 0x11, 0x22)]) {
          if (entries.some(([taken]) => toHex(taken) === toHex(key))) continue
          const proof = await createMerkleProof(trie, key)
          expect(readTrie(trie.root(), key, proof)).toBeUndefined()
        }
      }),
      { numRuns: 60 },
    )
  })

  it('reads hashed keys of a large trie, as state and storage have them', async () => {
    const entries = Array.from({ length: 500 }, (_, n) => {
      const key = keccak_256(Uint8Array.of(n >> 8, n & 255))
      return [key, Uint8Array.of(1 + (n & 127), 7)] as const
    })
    const trie = await build(entries)
    for (const [key, value] of entries.slice(0, 100)) {
      const proof = await createMerkleProof(trie, key)
      expect(readTrie(trie.root(), key, proof)).toEqual(value)
    }
    const absent = keccak_256(Uint8Array.of(9, 9, 9))
    const proof = await createMerkleProof(trie, absent)
    expect(readTrie(trie.root(), absent, proof)).toBeUndefined()
  })

  it('refuses any flipped bit, another key and another root', async () => {
    const entries = Array.from({ length: 40 }, (_, n) => {
      return [keccak_256(Uint8Array.of(n)), keccak_256(Uint8Array.of(n, n))] as const
    })
    const trie = await build(entries)
    const [[key, value] = [new Uint8Array(), new Uint8Array()], [other] = [new Uint8Array()]] =
      entries
    const proof = await createMerkleProof(trie, key)
    for (let node = 0; node < proof.length; node += 1) {
      const size = proof[node]?.length ?? 0
      for (let bit = 0; bit < size * 8; bit += 1) {
        const flipped = proof.map((bytes) => bytes.slice())
        const target = flipped[node]
        if (target === undefined) throw new Error('no such node')
        target[bit >> 3] = (target[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(() => readTrie(trie.root(), key, flipped)).toThrow(invalid)
      }
    }
    const answer = (): Uint8Array | undefined => readTrie(trie.root(), other, proof)
    expect(answer).toThrow(invalid) // It proves the path of one key, not of another.
    expect(() => readTrie(keccak_256(value), key, proof)).toThrow(invalid)
  })

  it('knows the empty trie, with its node and without', () => {
    const empty = fromHex('56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421')
    const key = keccak_256(Uint8Array.of(1))
    expect(readTrie(empty, key, [])).toBeUndefined()
    expect(readTrie(empty, key, [Uint8Array.of(0x80)])).toBeUndefined()
    expect(() => readTrie(keccak_256(key), key, [])).toThrow(invalid)
  })

  it('answers junk with its code, never with another error', () => {
    const node = fc.uint8Array({ maxLength: 60 })
    fc.assert(
      fc.property(fc.array(node, { maxLength: 4 }), node, (proof, key) => {
        const root = keccak_256(proof[0] ?? key) // So that the first node is opened.
        try {
          readTrie(root, key, proof)
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_DPP_EVIDENCE_INVALID' })
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

async function build(entries: Entries): Promise<MerklePatriciaTrie> {
  const trie = await createMPT()
  for (const [key, value] of entries) await trie.put(key, value)
  return trie
}
