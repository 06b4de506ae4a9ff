// Kill −9 at 200 random instants under load: acknowledged = published, one anchor each, fsck clean.
import { expect, it } from 'vitest'
import { parseConfig } from '../../packages/server/src/config.ts'
import { runFsck } from '../../packages/server/src/fsck/open-fsck.ts'
import { runChaos } from '../server-chaos.ts'

const KILLS = Number(process.env['DPP_TEST_KILLS'] ?? 200)

it(`survives ${KILLS} kills`, async () => {
  const report = await runChaos(KILLS)
  process.stderr.write(`${report.acknowledged} events in ${report.batches} batches\n`)
  expect(report.misplaced).toEqual([])
  expect(report.anchoredRoots.toSorted()).toEqual(report.settledRoots.toSorted())
  const { findings } = await runFsck(parseConfig(report.environment))
  expect(findings).toEqual([])
  await report.clean()
}, 3_600_000)
