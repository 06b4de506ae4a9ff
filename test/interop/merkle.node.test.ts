// Trees and proofs against implementations that are not ours: Go's x/mod sumdb and Python's cbor2.
import { execFileSync } from 'node:child_process'
import crypto from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  buildTree,
  consistencyPath,
  formatHash,
  hashLeaf,
  type InclusionPlace,
  inclusionPath,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '@dpp/anchor'
import {
  createCoseReceipt,
  createTlogProof,
  formatVerifierKey,
  parseTlogProof,
  verifyTlogProof,
} from '@dpp/anchor/interop'
import { createLocalSigner, fromHex, sha256, toHex } from '@dpp/core'
import { describe, expect, it } from 'vitest'
import { debianProgram } from '../debian-program.ts'

const go = debianProgram(['/usr/bin/go'], 'golang-go')
const sumdb = debianProgram(
  ['/usr/share/gocode/src/golang.org/x/mod/sumdb'],
  'golang-golang-x-mod-dev',
)
// Debian's own Python, since another one on the path does not see Debian's packages.
const python = debianProgram(['/usr/bin/python3'], 'python3')
const cbor2 = debianProgram(['/usr/lib/python3/dist-packages/cbor2'], 'python3-cbor2')

const SIZES = 70
const leaves = Array.from({ length: SIZES }, (_, i) => hashLeaf(`leaf ${i}`))
const treeOf = (size: number) => buildTree(leaves.slice(0, size))
const seed = new Uint8Array(32).fill(9)
const signer = createLocalSigner(seed)
const origin = 'dpp.example.com/batches/1'

function placeOf(leafIndex: number, treeSize: number): InclusionPlace {
  const tree = treeOf(treeSize)
  const path = inclusionPath(tree, leafIndex).map(formatHash)
  return { leafIndex, treeSize, path, root: formatHash(treeRoot(tree)) }
}

const everyPlace = Array.from({ length: 12 }, (_, n) =>
  Array.from({ length: n + 1 }, (_, index) => placeOf(index, n + 1)),
).flat()

type GoAnswer = {
  sizes: { root: string; records: string[][]; trees: string[][] }[]
  accepted: boolean[]
  reasons: string[]
  made: string
}

describe.skipIf(go === undefined || sumdb === undefined)('golang.org/x/mod sumdb', () => {
  it(`has the same roots, inclusion and consistency proofs for every size to ${SIZES}`, () => {
    const answer = askGo({ leaves: leaves.map(toHex) })
    let proofs = 0
    for (const [n, { root, records, trees }] of answer.sizes.entries()) {
      const size2 = n + 1
      const tree = treeOf(size2)
      expect(toHex(treeRoot(tree))).toBe(root)
      for (const [index, record] of records.entries()) {
        expect(inclusionPath(tree, index).map(toHex)).toEqual(record)
        const leafHash = leaves[index] as Uint8Array
        const inclusion = {
          leafHash,
          leafIndex: index,
          treeSize: size2,
          path: record.map(fromHex),
          root: fromHex(root),
        }
        expect(verifyInclusion(inclusion)).toBe(true)

        const size1 = index + 1
        const path = (trees[index] as string[]).map(fromHex)
        const root1 = treeRoot(treeOf(size1))
        expect(consistencyPath(tree, size1).map(toHex)).toEqual(path.map(toHex))
        expect(verifyConsistency({ size1, size2, root1, root2: fromHex(root), path })).toBe(true)
        proofs += 2
      }
    }
    expect(proofs).toBe(SIZES * (SIZES + 1))
  })

  it('accepts every tlog-proof that we make, and none that is changed', async () => {
    const verifierKey = formatVerifierKey({ origin, publicKey: signer.publicKey })
    const good = await Promise.all(
      everyPlace.map(async (place) => ({
        proof: await createTlogProof(place, { origin, signer }),
        verifierKey,
        leafHash: toHex(leaves[place.leafIndex] as Uint8Array),
      })),
    )
    const bad = good.map((check) => ({ ...check, leafHash: toHex(sha256('other')) }))
    const otherKey = createLocalSigner(new Uint8Array(32).fill(1)).publicKey
    const unsigned = good.map((check) => ({
      ...check,
      verifierKey: formatVerifierKey({ origin, publicKey: otherKey }),
    }))
    const { accepted, reasons } = askGo({ checks: [...good, ...bad, ...unsigned] })
    expect(reasons.slice(0, good.length)).toEqual(good.map(() => '<nil>'))
    expect(accepted).toEqual([
      ...good.map(() => true),
      ...bad.map(() => false),
      ...unsigned.map(() => false),
    ])
  })

  it('makes tlog-proofs that we accept', () => {
    const id = formatVerifierKey({ origin, publicKey: signer.publicKey }).split('+')[1]
    const encoded = Buffer.from([1, ...seed]).toString('base64')
    const { made } = askGo({
      leaves: leaves.map(toHex),
      origin,
      signerKey: `PRIVATE+KEY+${origin}+${id}+${encoded}`,
    })
    const proof = parseTlogProof(made)
    expect(proof).toMatchObject(placeOf(SIZES - 1, SIZES))
    const verifier = { origin, publicKey: signer.publicKey }
    expect(verifyTlogProof(proof, leaves[SIZES - 1] as Uint8Array, verifier)).toBe(true)
    expect(verifyTlogProof(proof, leaves[0] as Uint8Array, verifier)).toBe(false)
  })
})

describe.skipIf(python === undefined || cbor2 === undefined)('python3-cbor2', () => {
  it('reads every COSE Receipt that we make, finds its root and the bytes that are signed', async () => {
    const cases = await Promise.all(
      everyPlace.map(async (place) => ({
        receipt: toHex(await createCoseReceipt(place, { origin, signer })),
        leafHash: toHex(leaves[place.leafIndex] as Uint8Array),
      })),
    )
    const script = join(import.meta.dirname, 'cose_receipt.py')
    const output = execFileSync(python ?? '', [script], {
      input: JSON.stringify(cases),
      encoding: 'utf8',
    })
    const answers: Record<string, string | number>[] = JSON.parse(output)
    expect(answers).toHaveLength(everyPlace.length)
    for (const [i, answer] of answers.entries()) {
      const place = everyPlace[i] as InclusionPlace
      expect(answer).toMatchObject({
        root: place.root.slice(2),
        size: place.treeSize,
        index: place.leafIndex,
        origin,
        again: cases[i]?.receipt,
      })
      expect(isSigned(String(answer['toBeSigned']), String(answer['signature']))).toBe(true)
    }
  })
})

function askGo(request: object): GoAnswer {
  const cache = join(tmpdir(), 'dpp-go-cache')
  mkdirSync(cache, { recursive: true })
  const output = execFileSync(go ?? '', ['run', join(import.meta.dirname, 'merkle.go')], {
    input: JSON.stringify(request),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    // Debian's Go packages are sources in a GOPATH; nothing is fetched.
    env: {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH: '/usr/share/gocode',
      GOFLAGS: '',
      GOCACHE: cache,
    },
  })
  return JSON.parse(output)
}

// By node:crypto, so that not our own verifier judges our own signer.
function isSigned(message: string, signature: string): boolean {
  const x = Buffer.from(signer.publicKey).toString('base64url')
  const key = crypto.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return crypto.verify(null, Buffer.from(message, 'hex'), key, Buffer.from(signature, 'hex'))
}
