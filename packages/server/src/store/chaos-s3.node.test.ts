// The whole service on a real S3 server behind a proxy that loses and falsifies answers, killed at random instants.
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { passOn, startFaultProxy } from '../../../../test/fault-proxy.ts'
import { hasRadosgw, startRadosgw } from '../../../../test/radosgw.ts'
import { runChaos } from '../../../../test/server-chaos.ts'
import { faults, isQuick } from '../../../../test/store-faults.ts'
import { parseConfig } from '../config.ts'
import { runFsck } from '../fsck/open-fsck.ts'

afterEach(() => vi.unstubAllEnvs())

describe.runIf(hasRadosgw())('the service on S3', () => {
  it('loses nothing and anchors nothing twice when it is killed and answers fail', async () => {
    const radosgw = await startRadosgw()
    const proxy = await startFaultProxy(radosgw.endpoint)
    try {
      const region = 'us-east-1'
      const client = new S3Client({
        endpoint: radosgw.endpoint,
        region,
        forcePathStyle: true,
        credentials: radosgw,
      })
      await client.send(new CreateBucketCommand({ Bucket: 'public' }))
      client.destroy()
      const quick = faults.filter(isQuick)
      let [requests, failed] = [0, 0]
      proxy.handle = async (exchange) => {
        const fault = quick[Math.floor(requests++ / 7) % quick.length]
        const fails = requests % 7 === 0 && fault !== undefined
        if (fails) failed++
        await (fails ? fault[1] : passOn)(exchange)
      }
      vi.stubEnv('AWS_ACCESS_KEY_ID', radosgw.accessKeyId)
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', radosgw.secretAccessKey)
      const place = `s3://public?endpoint=${proxy.endpoint}&region=${region}&pathStyle=true`
      const settings = {
        DPP_STORE: `${place}&unquotedEtags=true`,
        AWS_ACCESS_KEY_ID: radosgw.accessKeyId,
        AWS_SECRET_ACCESS_KEY: radosgw.secretAccessKey,
      }
      const report = await runChaos(3, settings, { leastEvents: 25 })
      process.stderr.write(
        `service on S3: ${report.acknowledged} events, ${report.batches} batches, ${failed} of ${requests} requests failed\n`,
      )
      expect(report.acknowledged).toBeGreaterThan(20)
      expect(failed).toBeGreaterThan(quick.length)
      expect(report.misplaced).toEqual([])
      expect(report.anchoredRoots.toSorted()).toEqual(report.settledRoots.toSorted())
      const { findings } = await runFsck(parseConfig(report.environment))
      expect(findings).toEqual([])
      await report.clean()
    } finally {
      await proxy.close()
      await radosgw.stop()
    }
  }, 300_000)
})
