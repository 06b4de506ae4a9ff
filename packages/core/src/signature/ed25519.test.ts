import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vectorFiles } from '../../../../test/vectors.ts'
import {
  createLocalSigner,
  ed25519Backends,
  fromHex,
  toHex,
  verifyEd25519,
  verifyEd25519Many,
} from '../index.ts'

// In Node: sodium-native, node:crypto and portable; in a browser: portable.
const backends = ed25519Backends()
const vectors = vectorFiles('ed25519')
const seed = new Uint8Array(32).fill(7)
const message = new TextEncoder().encode('window W26-000001')

type WycheproofGroup = {
  publicKey: { pk: string }
  tests: { tcId: number; msg: string; sig: string; result: string }[]
}
type SpeccheckCase = { message: string; pub_key: string; signature: string }

describe.each(backends)('Ed25519, %s backend', (backend) => {
  it.runIf(Object.keys(vectors).length > 0)('answers every Wycheproof case', async () => {
    const { testGroups } = JSON.parse(vectors['wycheproof/ed25519_test.json'] as string) as {
      testGroups: WycheproofGroup[]
    }
    const cases = testGroups.flatMap(({ publicKey, tests }) =>
      tests.map((test) => ({
        publicKey: fromHex(publicKey.pk),
        message: fromHex(test.msg),
        signature: fromHex(test.sig),
        expected: test.result === 'valid',
      })),
    )
    const expected = cases.map((one) => one.expected)
    expect(
      cases.map((one) => verifyEd25519(one.publicKey, one.message, one.signature, { backend })),
    ).toEqual(expected)
    expect(await verifyEd25519Many(cases, { backend })).toEqual(expected)
    console.info(`wycheproof ed25519, ${backend}: ${cases.length} cases`)
    expect(cases.length).toBe(151)
  })

  it.runIf(Object.keys(vectors).length > 0)('refuses every speccheck case', async () => {
    const cases = JSON.parse(vectors['speccheck/cases.json'] as string) as SpeccheckCase[]
    const checks = cases.map((one) => ({
      publicKey: fromHex(one.pub_key),
      message: fromHex(one.message),
      signature: fromHex(one.signature),
    }))
    const refused = checks.map(() => false)
    expect(
      checks.map((one) => verifyEd25519(one.publicKey, one.message, one.signature, { backend })),
    ).toEqual(refused)
    expect(await verifyEd25519Many(checks, { backend })).toEqual(refused)
    console.info(`speccheck, ${backend}: ${cases.length} cases`)
    expect(cases.length).toBe(12)
  })

  it('refuses every flipped bit', async () => {
    const signer = createLocalSigner(seed)
    const signature = await signer.sign(message)
    expect(verifyEd25519(signer.publicKey, message, signature, { backend })).toBe(true)
    fc.assert(
      fc.property(fc.nat(64 * 8 - 1), (bit) => {
        const bad = Uint8Array.from(signature)
        bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7))
        return !verifyEd25519(signer.publicKey, message, bad, { backend })
      }),
      { numRuns: 64 },
    )
    for (let bit = 0; bit < 256; bit += 5) {
      const bad = Uint8Array.from(signer.publicKey)
      bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(verifyEd25519(bad, message, signature, { backend })).toBe(false)
    }
  })

  it('answers false, without an exception, for whatever is not three byte arrays of the right lengths', () => {
    const junk: unknown[] = [undefined, null, 'text', {}, [], new Uint8Array(0), new Uint8Array(31)]
    for (const value of [
      ...junk,
      new DataView(new ArrayBuffer(64)),
      new Proxy(new Uint8Array(64), {}),
    ]) {
      const bytes = value as Uint8Array
      expect(verifyEd25519(bytes, message, new Uint8Array(64), { backend })).toBe(false)
      expect(verifyEd25519(new Uint8Array(32), message, bytes, { backend })).toBe(false)
      expect(verifyEd25519(new Uint8Array(32), bytes, bytes, { backend })).toBe(false)
    }
  })

  it('refuses keys with torsion, R with torsion and R neutral, where the plain equation would hold', () => {
    for (const [name, check] of craftedForgeries()) {
      expect(
        verifyEd25519(check.publicKey, check.message, check.signature, { backend }),
        name,
      ).toBe(false)
    }
  })

  it('accepts the same construction without torsion', () => {
    const { publicKey, message: text, signature } = craftSignature(Point.ZERO, Point.ZERO, 5n)
    expect(verifyEd25519(publicKey, text, signature, { backend })).toBe(true)
  })
})

describe('verifyEd25519Many', () => {
  it('keeps the order of its items, whatever their verdicts', async () => {
    const signer = createLocalSigner(seed)
    const items = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        const text = Uint8Array.of(i & 255, i >> 8)
        const signature = await signer.sign(text)
        if (i % 3 === 1) signature[40] = (signature[40] as number) ^ 1
        const isShort = i % 7 === 2
        return {
          publicKey: signer.publicKey,
          message: text,
          signature: isShort ? signature.slice(1) : signature,
        }
      }),
    )
    const expected = items.map((_, i) => i % 3 !== 1 && i % 7 !== 2)
    expect(await verifyEd25519Many(items)).toEqual(expected)
    expect(await verifyEd25519Many([])).toEqual([])
  })
})

describe('a local signer', () => {
  it('signs as RFC 8032 says (§7.1, test 2)', async () => {
    const signer = createLocalSigner(
      fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'),
    )
    expect(toHex(signer.publicKey)).toBe(
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    )
    expect(toHex(await signer.sign(Uint8Array.of(0x72)))).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
  })
})

const order = Point.CURVE().n
const secret = 987654321987654321n

/** S = r + k·a for the key a·B + keyTorsion and R = r·B + rTorsion, over the first message with 8 | k, where k·torsion = 0. */
function craftSignature(
  keyTorsion: Point,
  rTorsion: Point,
  r: bigint,
): { publicKey: Uint8Array; message: Uint8Array; signature: Uint8Array } {
  const publicKey = Point.BASE.multiply(secret).add(keyTorsion).toBytes()
  const encodedR = (r === 0n ? Point.ZERO : Point.BASE.multiply(r)).add(rTorsion).toBytes()
  for (let i = 0; ; i++) {
    const text = Uint8Array.of(i & 255, i >> 8)
    const k = littleEndian(sha512(Uint8Array.of(...encodedR, ...publicKey, ...text))) % order
    if (k % 8n !== 0n) continue
    const s = (r + k * secret) % order
    const signature = Uint8Array.of(
      ...encodedR,
      ...fromHex(s.toString(16).padStart(64, '0')).reverse(),
    )
    return { publicKey, message: text, signature }
  }
}

function craftedForgeries(): [string, ReturnType<typeof craftSignature>][] {
  // A point of order 8 (from the list in RFC 7748's companion literature), and its multiples.
  const generator = Point.fromHex(
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  )
  const torsion = [generator]
  while (torsion.length < 7) torsion.push((torsion.at(-1) as Point).add(generator))
  expect((torsion.at(-1) as Point).add(generator).is0()).toBe(true)
  return [
    ...torsion.map((t, i): [string, ReturnType<typeof craftSignature>] => [
      `key + ${i + 1}T`,
      craftSignature(t, Point.ZERO, 5n),
    ]),
    ...torsion.map((t, i): [string, ReturnType<typeof craftSignature>] => [
      `R + ${i + 1}T`,
      craftSignature(Point.ZERO, t, 5n),
    ]),
    ['R neutral', craftSignature(Point.ZERO, Point.ZERO, 0n)],
  ]
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`)
}
