import { base58, base64urlnopad } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../../../test/code-of.ts'
import {
  createUrnUuid,
  decodeBase58btc,
  decodeDidKey,
  decodeMultibase,
  decodeMultihash,
  decodeMultikey,
  encodeBase58btc,
  encodeDidKey,
  encodeMultibase,
  encodeMultihash,
  encodeMultikey,
  fromHex,
  sha256,
  toHex,
} from '../index.ts'

const bytes = fc.uint8Array({ maxLength: 200 })

describe('base58btc', () => {
  it('agrees with @scure/base in both directions', () => {
    fc.assert(
      fc.property(bytes, fc.nat(40), (data, zeros) => {
        const padded = Uint8Array.of(...new Uint8Array(zeros), ...data)
        const text = encodeBase58btc(padded)
        expect(text).toBe(base58.encode(padded))
        expect(decodeBase58btc(text)).toEqual(padded)
      }),
      { numRuns: 500 },
    )
  })

  it('decodes any text to the one byte string that encodes to it', () => {
    const text = fc.string({ unit: fc.constantFrom(...'19AHJNPZakmz'), maxLength: 100 })
    fc.assert(fc.property(text, (value) => encodeBase58btc(decodeBase58btc(value)) === value))
  })

  it('refuses foreign characters and excessive length', () => {
    for (const text of ['0', 'O', 'I', 'l', 'a b', 'é', '\u{1F600}', 'z'.repeat(4097)]) {
      expect(codeOf(() => decodeBase58btc(text))).toBe('ERR_DPP_ENCODING_INVALID')
    }
    expect(codeOf(() => encodeBase58btc(new Uint8Array(2991)))).toBe('ERR_DPP_ENCODING_INVALID')
    expect(decodeBase58btc(encodeBase58btc(new Uint8Array(2990).fill(255)))).toHaveLength(2990)
  })
})

describe('multibase', () => {
  it('reads base64url as @scure/base writes it, in its canonical form only', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(decodeMultibase(`u${base64urlnopad.encode(data)}`)).toEqual(data)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ABQgw-_9z=+/'), maxLength: 9 }), (text) => {
        const expected = (() => {
          try {
            return toHex(base64urlnopad.decode(text))
          } catch {
            return 'refused'
          }
        })()
        const ours = codeOf(() => decodeMultibase(`u${text}`))
        expect(ours === 'no error' ? toHex(decodeMultibase(`u${text}`)) : 'refused').toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('round-trips z and refuses other bases', () => {
    fc.assert(
      fc.property(bytes, (data) => toHex(decodeMultibase(encodeMultibase(data))) === toHex(data)),
    )
    for (const text of ['', 'f00', 'm', 'Z1', undefined, 7]) {
      expect(codeOf(() => decodeMultibase(text as string))).toBe('ERR_DPP_ENCODING_INVALID')
    }
  })
})

describe('multihash, Multikey, did:key', () => {
  const key = sha256('key')

  it('round-trip', () => {
    expect(decodeMultihash(encodeMultihash(key))).toEqual(key)
    expect(decodeMultikey(encodeMultikey(key))).toEqual(key)
    expect(decodeDidKey(encodeDidKey(key))).toEqual(key)
  })

  it('refuse other codecs, lengths and bases', () => {
    const x25519 = encodeMultibase(Uint8Array.of(0xec, 0x01, ...key))
    const long = encodeMultibase(Uint8Array.of(0xed, 0x01, ...key, 0))
    const base64 = `u${base64urlnopad.encode(Uint8Array.of(0xed, 0x01, ...key))}`
    for (const text of [x25519, long, base64, `${encodeMultikey(key)}1`, '', undefined]) {
      expect(codeOf(() => decodeMultikey(text as string))).toBe('ERR_DPP_KEY_INVALID')
    }
    for (const did of ['did:web:x', `did:key:${x25519}`, `${encodeDidKey(key)}#x`, undefined]) {
      expect(codeOf(() => decodeDidKey(did as string))).toBe('ERR_DPP_KEY_INVALID')
    }
    expect(codeOf(() => encodeMultikey(key.slice(1)))).toBe('ERR_DPP_KEY_INVALID')
    expect(codeOf(() => encodeMultihash(key.slice(1)))).toBe('ERR_DPP_ENCODING_INVALID')
    for (const bad of [
      [0x12, 0x20],
      [0x13, 0x20, ...key],
      [0x12, 0x20, ...key, 1],
    ]) {
      expect(codeOf(() => decodeMultihash(Uint8Array.from(bad)))).toBe('ERR_DPP_ENCODING_INVALID')
    }
  })
})

describe('hexadecimal', () => {
  it('round-trips and has one spelling', () => {
    fc.assert(fc.property(bytes, (data) => toHex(fromHex(toHex(data))) === toHex(data)))
    for (const text of ['0', 'AB', '0x00', 'zz', undefined]) {
      expect(codeOf(() => fromHex(text as string))).toBe('ERR_DPP_ENCODING_INVALID')
    }
  })
})

describe('sha256', () => {
  it('gives the value of FIPS 180-4 for bytes and text alike', () => {
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(toHex(sha256('abc'))).toBe(expected)
    expect(toHex(sha256(Uint8Array.of(97, 98, 99)))).toBe(expected)
    expect(sha256('é')).toEqual(sha256(new TextEncoder().encode('é')))
  })
})

describe('urn:uuid', () => {
  it('is of version 7, of the present, and never the same', () => {
    const before = Date.now()
    const ids = Array.from({ length: 1000 }, createUrnUuid)
    const after = Date.now()
    expect(new Set(ids).size).toBe(1000)
    for (const id of ids) {
      expect(id).toMatch(
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      )
      const ms = Number.parseInt(id.slice(9).replace('-', '').slice(0, 12), 16)
      expect(ms).toBeGreaterThanOrEqual(before)
      expect(ms).toBeLessThanOrEqual(after)
    }
  })
})
