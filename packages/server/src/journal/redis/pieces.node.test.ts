import { inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { blankText, packTexts, unpackText } from './pieces.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.nat(150_000).map((length) => 'ä'.repeat(length)), // Some longer than a piece.
)

function placeOf(places: readonly string[], index: number) {
  const [piece = 0, from = 0, size = 0] = places[index]?.split(' ').map(Number) ?? []
  return { piece: piece - 1, from, size }
}

it('gives each text back, and the others after one was blanked', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), fc.nat(), (texts, pick) => {
      const { pieces, places } = packTexts(texts)
      expect(places).toHaveLength(texts.length)
      const blanked = pick % texts.length
      const at = placeOf(places, blanked)
      const after = pieces.with(
        at.piece,
        blankText(pieces[at.piece] as Uint8Array, at.from, at.size),
      )
      for (const [index, each] of texts.entries()) {
        const { piece, from, size } = placeOf(places, index)
        const read = (all: readonly Uint8Array[]) =>
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(
            unpackText(all[piece] as Uint8Array, from, size),
          )
        expect(read(pieces)).toBe(each)
        expect(read(after)).toBe(index === blanked ? ' '.repeat(size) : each)
      }
    }),
    { numRuns: 30 },
  )
})

it('keeps what is alike together, in pieces that are quick to read', () => {
  const texts = Array.from({ length: 100 }, (_, i) => `{"id":${i},"of":"${'abcd'.repeat(500)}"}`)
  const { pieces } = packTexts(texts)
  expect(pieces).toHaveLength(4)
  for (const piece of pieces) expect(inflateRawSync(piece).length).toBeLessThanOrEqual(65_536)
  expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(20_000)
})
