// A million mutations of honest evidence (DPP_MUTATIONS sets another number); prints the counts per reason.
import { expect, it } from 'vitest'
import { runMutations } from '../../packages/verifier/src/lies/mutations.suite.ts'

const cases = Number(process.env['DPP_MUTATIONS'] ?? 1_000_000)

it(`withstands ${cases} mutations`, { timeout: 6 * 3_600_000 }, async () => {
  const tally = await runMutations(0, cases)
  process.stdout.write(`${JSON.stringify(tally, undefined, 2)}\n`)
  expect(tally.falseAnchored).toEqual([])
  expect(tally.faults).toEqual([])
  expect(tally.reached / tally.cases).toBeGreaterThan(0.1)
})
