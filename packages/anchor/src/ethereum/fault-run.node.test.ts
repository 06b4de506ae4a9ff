// The short form of test/long/anchor-faults.test.ts.
import { expect, it } from 'vitest'
import { runFaults } from './fault-run.suite.ts'

it('anchors each of 20 roots exactly once, with a fault before every step', async () => {
  const run = await runFaults(20, 20_261_102)
  process.stdout.write(`fault run: ${JSON.stringify(run)}\n`)
  expect(run).toMatchObject({ anchoredOnce: 20, missing: 0, anchoredTwice: 0 })
}, 120_000)
