import { createLocalSigner } from '@dpp/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHash } from '../tree/hash-text.ts'
import { inclusionPath } from '../tree/inclusion.ts'
import { hashLeaf } from '../tree/leaf.ts'
import { buildTree, treeRoot } from '../tree/tree.ts'
import {
  createTlogProof,
  formatVerifierKey,
  parseTlogProof,
  verifyTlogProof,
} from './tlog-proof.ts'

const signer = createLocalSigner(new Uint8Array(32).fill(7))
const other = createLocalSigner(new Uint8Array(32).fill(8))
const origin = 'dpp.example.com/batches/1'
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

describe('tlog-proof', () => {
  it('is what it was after writing and reading, and proves its leaf alone', async () => {
    for (const index of leaves.keys()) {
      const extra = index === 2 ? Uint8Array.of(1, 2) : undefined
      const text = await createTlogProof(place(index), { origin, signer, ...(extra && { extra }) })
      const proof = parseTlogProof(text)
      expect(proof).toMatchObject({ ...place(index), origin, extra })
      for (const at of leaves.keys()) {
        expect(verifyTlogProof(proof, leaf(at), verifier)).toBe(at === index)
      }
    }
  })

  it('has the form of C2SP tlog-proof v1', async () => {
    const text = await createTlogProof(place(4), { origin, signer })
    const [header, index, , empty, name, size] = text.split('\n')
    expect([header, index, empty, name, size]).toEqual([
      'c2sp.org/tlog-proof@v1',
      'index 4',
      '',
      origin,
      '5',
    ])
    expect(text).toMatch(/\n\n\u2014 dpp\.example\.com\/batches\/1 [A-Za-z0-9+/=]+\n$/)
    expect(formatVerifierKey(verifier)).toMatch(/^dpp\.example\.com\/batches\/1\+[0-9a-f]{8}\+A/)
  })

  it('does not hold for another key or another origin', async () => {
    const proof = parseTlogProof(await createTlogProof(place(0), { origin, signer }))
    expect(verifyTlogProof(proof, leaf(0), { origin, publicKey: other.publicKey })).toBe(false)
    expect(verifyTlogProof(proof, leaf(0), { ...verifier, origin: 'other' })).toBe(false)
    const forged = parseTlogProof(await createTlogProof(place(0), { origin, signer: other }))
    expect(verifyTlogProof(forged, leaf(0), verifier)).toBe(false)
  })

  it('ignores signatures of unknown keys and not one that claims to be by the known key', async () => {
    const text = await createTlogProof(place(0), { origin, signer })
    const cosigned = `${text}\u2014 witness.example AAAAAAAA\n`
    expect(verifyTlogProof(parseTlogProof(cosigned), leaf(0), verifier)).toBe(true)
    const line = text.split('\n').at(-2) ?? ''
    const bad = line.slice(0, -6) + (line.at(-6) === 'A' ? 'B' : 'A') + line.slice(-5)
    expect(verifyTlogProof(parseTlogProof(`${text}${bad}\n`), leaf(0), verifier)).toBe(false)
  })

  it('is refused or does not hold with any character changed', async () => {
    const text = await createTlogProof(place(3), { origin, signer })
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.string({ unit: 'binary', maxLength: 2 }),
        (at, insert) => {
          const changed = text.slice(0, at) + insert + text.slice(at + 1)
          fc.pre(changed !== text)
          expect(holds(changed)).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
    function holds(changed: string): boolean {
      try {
        return verifyTlogProof(parseTlogProof(changed), leaf(3), verifier)
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_DPP_TLOG_PROOF_INVALID' })
        return false
      }
    }
  })

  it.each(['', 'a b', 'a+b', 'a\nb', '\ud800'])(
    'refuses to sign for the origin %j',
    async (bad) => {
      await expect(createTlogProof(place(0), { origin: bad, signer })).rejects.toMatchObject({
        code: 'ERR_DPP_TLOG_PROOF_INVALID',
      })
    },
  )
})
