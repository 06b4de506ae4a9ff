// 10,000 events on three replicas, one Redis and a real S3 server whose answers fail: processes and Redis killed, the
// holder of the lease stopped for a minute, the chain cut off for a minute. Acknowledged = published, one anchor each.
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseConfig } from '../../packages/server/src/config.ts'
import { runFsck } from '../../packages/server/src/fsck/open-fsck.ts'
import { passOn, startFaultProxy } from '../fault-proxy.ts'
import { hasRadosgw, startRadosgw } from '../radosgw.ts'
import { hasRedis } from '../redis.ts'
import { describeReplicaChaos, runReplicaChaos } from '../replica-chaos.ts'
import { faults, isQuick } from '../store-faults.ts'

const EVENTS = Number(process.env['DPP_TEST_EVENTS'] ?? 10_000)
const ONE_FAILS_OF = 20

afterEach(() => vi.unstubAllEnvs())

describe.runIf(hasRedis() && hasRadosgw())('replicas on Redis and S3', () => {
  it(`publish ${EVENTS} acknowledged events once`, async () => {
    const radosgw = await startRadosgw()
    const proxy = await startFaultProxy(radosgw.endpoint)
    try {
      await createBucket(radosgw)
      const quick = faults.filter(isQuick)
      let [requests, failed] = [0, 0]
      proxy.handle = async (exchange) => {
        const fault = quick[Math.floor(requests++ / ONE_FAILS_OF) % quick.length]
        const fails = requests % ONE_FAILS_OF === 0 && fault !== undefined
        if (fails) failed++
        await (fails ? fault[1] : passOn)(exchange)
      }
      const access = {
        AWS_ACCESS_KEY_ID: radosgw.accessKeyId,
        AWS_SECRET_ACCESS_KEY: radosgw.secretAccessKey,
      }
      for (const [name, value] of Object.entries(access)) vi.stubEnv(name, value)
      const place = `s3://public?endpoint=${proxy.endpoint}&region=us-east-1&pathStyle=true`
      const outages = { serverKills: 12, redisKills: 6, pauseMs: 60_000, rpcCutMs: 60_000 }
      const load = { events: EVENTS, products: 100, eventsPerRequest: 10, paceMs: 500 }
      const options = { ...outages, ...load, leaseMs: 15_000 }
      const settings = { ...access, DPP_STORE: `${place}&unquotedEtags=true` }
      const report = await runReplicaChaos({ ...options, settings }, async (environment) => {
        proxy.handle = passOn // What is looked at is what lies there.
        const { findings, ...counts } = await runFsck(parseConfig(environment))
        process.stderr.write(`fsck: ${JSON.stringify(counts)}, ${findings.length} findings\n`)
        expect(findings).toEqual([])
      })
      process.stderr.write(describeReplicaChaos(report))
      process.stderr.write(`S3: ${failed} of ${requests} requests failed on purpose\n`)
      expect(report.acknowledged).toBeGreaterThanOrEqual(EVENTS)
      expect(report.misplaced).toEqual([])
      expect(report.waiting).toBe(0)
      expect(report.withoutRetryAfter).toBe(0)
      expect(report.anchoredRoots.toSorted()).toEqual(report.settledRoots.toSorted())
      expect(report.verdicts).toEqual({ anchored: load.products })
    } finally {
      await proxy.close()
      await radosgw.stop()
    }
  }, 3_600_000)
})

async function createBucket(radosgw: {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}): Promise<void> {
  const { endpoint, ...credentials } = radosgw
  const place = { endpoint, region: 'us-east-1', forcePathStyle: true }
  const client = new S3Client({ ...place, credentials })
  await client.send(new CreateBucketCommand({ Bucket: 'public' }))
  client.destroy()
}
