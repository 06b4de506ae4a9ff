// Mutated evidence, the same cases in Node and in the browser.
import { expect, it } from 'vitest'
import { runMutations } from './mutations.suite.ts'

it('never calls mutated evidence anchored for what the chain does not prove, and never fails', async () => {
  const tally = await runMutations(0, 1000)
  expect(tally.falseAnchored).toEqual([])
  expect(tally.faults).toEqual([])
  expect(tally.reached / tally.cases).toBeGreaterThan(0.1)
  expect(Object.keys(tally.byReason).length).toBeGreaterThan(12)
})
