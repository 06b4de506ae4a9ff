// Full size: 100,000 events over 30,000 products in one batch; the sizes can be set for a smaller run.
import { expect, it } from 'vitest'
import { measureBatch } from '../server-scale.ts'

const EVENTS = Number(process.env['DPP_TEST_EVENTS'] ?? 100_000)
const PRODUCTS = Number(process.env['DPP_TEST_PRODUCTS'] ?? 30_000)

it(`seals ${EVENTS} events over ${PRODUCTS} products`, async () => {
  const scale = await measureBatch(EVENTS, PRODUCTS)
  process.stderr.write(`${JSON.stringify(scale)}\n`)
  expect(scale.roots).toBe(1)
  // Each event, each log with its proofs, the batch, its evidence, the issuer's mirror with its proofs, the service's own log.
  expect(scale.files).toBe(EVENTS + 2 * PRODUCTS + 5)
  expect(scale.recordedSeconds).toBeLessThan(60)
  expect(scale.peakMegabytes).toBeLessThan(512)
  expect(scale.filesPerSecond).toBeGreaterThan(1000)
}, 3_600_000)
