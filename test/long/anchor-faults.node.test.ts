// 500 anchors on a real chain with a random fault before every step: crash, cut wire in both senses, drop, replacement,
// reorg shallower than finality, strangers. Every root ends up anchored by us exactly once.
import { expect, it } from 'vitest'
import { runFaults } from '../../packages/anchor/src/ethereum/fault-run.suite.ts'

const anchors = Number(process.env['DPP_FAULT_ANCHORS'] ?? 500)
const seed = Number(process.env['DPP_FAULT_SEED'] ?? 1)

it(`anchors each of ${anchors} roots exactly once (seed ${seed})`, async () => {
  const run = await runFaults(anchors, seed)
  process.stdout.write(`fault run: ${JSON.stringify(run, null, 2)}\n`)
  expect(run).toMatchObject({ anchoredOnce: anchors, missing: 0, anchoredTwice: 0 })
}, 3_600_000)
