// Ten minutes at 200 events a second with a kill every 30 s: nothing lost, nothing twice, memory flat.
import { expect, it } from 'vitest'
import { parseConfig } from '../../packages/server/src/config.ts'
import { runFsck } from '../../packages/server/src/fsck/open-fsck.ts'
import { runChaos } from '../server-chaos.ts'

const SECONDS = Number(process.env['DPP_TEST_SOAK_SECONDS'] ?? 600)
const EVENTS_PER_SECOND = 200
const KILL_EVERY_SECONDS = 30
const CLIENTS = 40

it(`holds for ${SECONDS} s`, async () => {
  const kills = Math.max(1, Math.round(SECONDS / KILL_EVERY_SECONDS))
  const load = {
    clients: CLIENTS,
    products: 100,
    everyMs: (1000 * CLIENTS) / EVENTS_PER_SECOND,
    batchPauseMs: 20_000,
    untilKillMs: () => KILL_EVERY_SECONDS * 1000,
  }
  const report = await runChaos(kills, {}, load)
  const { acknowledged, batches, residentMegabytes } = report
  process.stderr.write(`${JSON.stringify({ acknowledged, batches, residentMegabytes })}\n`)
  expect(report.misplaced).toEqual([])
  expect(report.anchoredRoots.toSorted()).toEqual(report.settledRoots.toSorted())
  // Flat: the processes of the second half need little more memory than those of the first.
  const half = Math.floor(kills / 2)
  const [early, late] = [residentMegabytes.slice(0, half), residentMegabytes.slice(half)]
  if (half > 1) expect(median(late)).toBeLessThan(1.25 * median(early))
  const { findings } = await runFsck(parseConfig(report.environment))
  expect(findings).toEqual([])
  await report.clean()
}, 3_600_000)

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
