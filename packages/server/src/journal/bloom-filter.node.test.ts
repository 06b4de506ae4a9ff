import { hash } from 'node:crypto'
import { expect, it } from 'vitest'
import { createBloomFilter } from './bloom-filter.ts'

it('holds all that was added, and about one in eighty of what was not, at ten bits a text', () => {
  const filter = createBloomFilter(2 ** 17)
  const texts = Array.from({ length: 13_107 }, (_, i) => `urn:${hash('sha256', String(i))}`)
  expect(texts.filter((text) => filter.mayHold(text))).toEqual([])
  for (const text of texts) filter.add(text)
  expect(texts.filter((text) => !filter.mayHold(text))).toEqual([])
  const strangers = Array.from({ length: 10_000 }, (_, i) => `did:webvh:example.com ${i}`)
  const mistaken = strangers.filter((text) => filter.mayHold(text)).length
  expect(mistaken).toBeGreaterThan(0)
  expect(mistaken).toBeLessThan(250)
})
