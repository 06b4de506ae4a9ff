// RLP against an independent implementation, and against what is not RLP.

import { fromHex, toHex } from '@dpp/core'
import { RLP } from '@ethereumjs/rlp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesToBigInt, decodeRlp, encodeQuantity, encodeRlp, type RlpItem } from './rlp.ts'

const item = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4 },
    fc.uint8Array({ maxLength: 70 }),
    fc.array(tie('item'), { maxLength: 6 }),
  ),
})).item

describe('RLP', () => {
  it('encodes as the other implementation does, and decodes what it encoded', () => {
    fc.assert(
      fc.property(item, (value) => {
        const encoded = encodeRlp(value)
        expect(toHex(encoded)).toBe(toHex(RLP.encode(value as Uint8Array)))
        expect(toHex(encodeRlp(decodeRlp(encoded)))).toBe(toHex(encoded))
      }),
    )
  })

  it('decodes only what it would encode: every byte string has one encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        let decoded: RlpItem
        try {
          decoded = decodeRlp(bytes)
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_DPP_EVIDENCE_INVALID' })
          return
        }
        expect(toHex(encodeRlp(decoded))).toBe(toHex(bytes))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['nothing', ''],
    ['bytes behind the item', '8000'],
    ['a prefix before a small byte', '8100'],
    ['a string that ends early', '83646f'],
    ['a list that ends early', 'c88363617483646f'],
    ['an item that leaves its list', 'c2830102'],
    ['a long form for a short length', 'b8020102'],
    ['a length with leading zeros', `b90038${'00'.repeat(56)}`],
    ['a length of 2^63', 'bf8000000000000000'],
    ['a list of lists too deep', `${'c1'.repeat(40)}c0`],
  ])('refuses %s', (_, hex) => {
    expect(() => decodeRlp(fromHex(hex))).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_EVIDENCE_INVALID' }),
    )
  })

  it('writes quantities without leading zeros, and reads them back', () => {
    expect(toHex(encodeQuantity(0n))).toBe('')
    expect(toHex(encodeQuantity(1_024n))).toBe('0400')
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n }), (value) => {
        const bytes = encodeQuantity(value)
        expect(bytes[0]).not.toBe(0)
        expect(bytesToBigInt(bytes)).toBe(value)
      }),
    )
  })
})
