// A short run of what the long tests do 200 times: kill −9 at random instants under load.
import { expect, it } from 'vitest'
import { runChaos } from '../../../test/server-chaos.ts'
import { parseConfig } from './config.ts'
import { runFsck } from './fsck/open-fsck.ts'

it('loses nothing and anchors nothing twice when it is killed at random instants', async () => {
  const report = await runChaos(5, {}, { leastEvents: 25 })
  expect(report.acknowledged).toBeGreaterThan(20)
  expect(report.misplaced).toEqual([])
  expect(report.anchoredRoots.toSorted()).toEqual(report.settledRoots.toSorted())
  const { findings } = await runFsck(parseConfig(report.environment))
  expect(findings).toEqual([])
  await report.clean()
}, 120_000)
