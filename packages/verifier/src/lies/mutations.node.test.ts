// More mutated evidence where it is fast; `npm run test:long` goes on to a million.
import { expect, it } from 'vitest'
import { runMutations } from './mutations.suite.ts'

it('withstands 10,000 mutations', async () => {
  const tally = await runMutations(1000, 10_000)
  expect(tally.falseAnchored).toEqual([])
  expect(tally.faults).toEqual([])
  expect(tally.reached / tally.cases).toBeGreaterThan(0.1)
})
