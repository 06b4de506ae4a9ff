// A short run of what the long tests do with 10,000 events: three replicas on one Redis, under every fault at once.
import { describe, expect, it } from 'vitest'
import { hasRedis } from '../../../test/redis.ts'
import { describeReplicaChaos, runReplicaChaos } from '../../../test/replica-chaos.ts'
import { parseConfig } from './config.ts'
import { runFsck } from './fsck/open-fsck.ts'

describe.runIf(hasRedis())('replicas', () => {
  it('publish what they acknowledged, once, whatever is killed, stopped or cut off', async () => {
    const faults = {
      serverKills: 3,
      redisKills: 2,
      pauseMs: 5_000,
      rpcCutMs: 4_000,
      leaseMs: 1_500,
    }
    const load = { events: 500, products: 10, eventsPerRequest: 5, paceMs: 100 }
    const report = await runReplicaChaos({ ...load, ...faults }, async (environment) => {
      expect((await runFsck(parseConfig(environment))).findings).toEqual([])
    })
    process.stderr.write(describeReplicaChaos(report))
    expect(report.acknowledged).toBeGreaterThanOrEqual(load.events)
    expect(report.misplaced).toEqual([])
    expect(report.waiting).toBe(0)
    expect(report.withoutRetryAfter).toBe(0)
    expect(report.slowestRefusalMs).toBeLessThan(8_000)
    expect(report.anchoredRoots.toSorted()).toEqual(report.settledRoots.toSorted())
    expect(report.verdicts).toEqual({ anchored: load.products })
  }, 180_000)
})
