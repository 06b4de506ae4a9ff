import { fromHex, isDppError, toHex } from '@dpp/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ecdsaSignatureOfDer, publicKeyOfSpki } from './public-key.ts'

// RFC 8410 §10.1, the example of an Ed25519 public key.
const spki = fromHex(
  '302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1',
)
const one = '01'.padStart(64, '0')

function refusal(run: () => unknown): string {
  try {
    return `returned ${run()}`
  } catch (error) {
    if (isDppError(error)) return error.code
    throw error
  }
}

describe('publicKeyOfSpki', () => {
  it('takes the key out of RFC 8410’s example', () => {
    expect(toHex(publicKeyOfSpki(spki, 'Ed25519'))).toBe(toHex(spki.subarray(12)))
  })

  it('refuses it as a key of another curve, cut short, or with more behind it', () => {
    for (const bytes of [spki, spki.subarray(0, 43), Uint8Array.of(...spki, 0), new Uint8Array()]) {
      expect(refusal(() => publicKeyOfSpki(bytes, 'secp256k1'))).toBe('ERR_DPP_KEY_UNSUITABLE')
      if (bytes === spki) continue
      expect(refusal(() => publicKeyOfSpki(bytes, 'Ed25519'))).toBe('ERR_DPP_KEY_UNSUITABLE')
    }
  })
})

describe('ecdsaSignatureOfDer', () => {
  it.each([
    ['the smallest', '3006020101020101', one + one],
    [
      'a leading zero before a top bit',
      '3008020200ff02020080',
      one.replace(/01$/, 'ff') + one.replace(/01$/, '80'),
    ],
    [
      '32 bytes',
      `3046022100${'ff'.repeat(32)}022100${'80'.repeat(32)}`,
      'ff'.repeat(32) + '80'.repeat(32),
    ],
  ])('reads %s', (_, der, expected) => {
    expect(toHex(ecdsaSignatureOfDer(fromHex(der)))).toBe(expected)
  })

  it.each([
    ['nothing', ''],
    ['a negative r', '30060201ff020101'],
    ['a zero that is not needed', '300702020001020101'],
    ['a zero r', '3006020100020101'],
    ['an empty integer', '30050200020101'],
    ['another tag', '3106020101020101'],
    ['a length that does not fit', '3007020101020101'],
    ['more behind it', '300602010102010100'],
    ['more inside it', '3009020101020101020101'],
    ['33 bytes', `30260221${'7f'.repeat(33)}020101`],
    ['a long form of length', '308106020101020101'],
  ])('refuses %s', (_, der) => {
    expect(refusal(() => ecdsaSignatureOfDer(fromHex(der)))).toBe('ERR_DPP_KEY_SIGNATURE')
  })

  it('gives a signature or a refusal for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(refusal(() => ecdsaSignatureOfDer(bytes))).toMatch(/^ERR_DPP_KEY_SIGNATURE|returned/)
      }),
    )
  })
})
