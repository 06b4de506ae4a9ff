// A million mutations of honest evidence; prints the counts per reason. DPP_MUTATIONS sets another number, and
// DPP_MUTATIONS_FROM where to go on: each case is made from its number alone (docs/evidence/mutations.md).
import { expect, it } from 'vitest'
import { runMutations } from '../../packages/verifier/src/lies/mutations.suite.ts'

const cases = Number(process.env['DPP_MUTATIONS'] ?? 1_000_000)
const from = Number(process.env['DPP_MUTATIONS_FROM'] ?? 0)

it(`withstands ${cases} mutations from number ${from}`, { timeout: 6 * 3_600_000 }, async () => {
  const tally = await runMutations(from, from + cases)
  process.stdout.write(`${JSON.stringify(tally, undefined, 2)}\n`)
  expect(tally.falseAnchored).toEqual([])
  expect(tally.faults).toEqual([])
  expect(tally.reached / tally.cases).toBeGreaterThan(0.1)
})
