import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { figures } from './measured.ts'
import { assumptions, scaleTo } from './scale.ts'
import { formatPieces, formatScales } from './tables.ts'

const read = (path: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

it.each(Object.entries(figures))(
  '%s is what its document says',
  async (_, { value, text, source }) => {
    expect(await read(source)).toContain(text)
    expect(text.replaceAll(',', '')).toContain(String(value))
  },
)

it('prints what docs/scaling.md says', async () => {
  const page = await read('docs/scaling.md')
  expect(page).toContain(formatPieces())
  expect(page).toContain(formatScales())
})

it('grows with the products, and never has less than one shard', () => {
  const [one, ten] = [scaleTo(1_000_000), scaleTo(10_000_000)]
  expect(ten.eventsPerHour / one.eventsPerHour).toBeCloseTo(10)
  expect(scaleTo(1).shards).toBe(1)
  expect(scaleTo(1_000_000, { ...assumptions, journalGigabytes: 1 }).shards).toBeGreaterThan(
    one.shards,
  )
  // More roots cost more gas and make shorter proofs.
  const often = scaleTo(1_000_000, { ...assumptions, rootsPerHour: 4 })
  expect(often.gasPerYear).toBeCloseTo(4 * one.gasPerYear)
  expect(often.proofBytes).toBeCloseTo(one.proofBytes - 2 * 69)
})
