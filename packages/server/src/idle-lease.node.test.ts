// Who seals is known to each process itself, also while nothing is sealed: a holder that slept through its lease stands by.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { hasRedis, startRedis } from '../../../test/redis.ts'
import { type ServerProcess, startServerProcess } from '../../../test/server-process.ts'

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function metricOf({ url }: ServerProcess, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1))
}

async function untilHeld(server: ServerProcess, held: 0 | 1): Promise<void> {
  await expect.poll(() => metricOf(server, 'lease_held'), { timeout: 30_000 }).toBe(held)
}

describe.runIf(hasRedis())('a lease on Redis without work', () => {
  it('is given up by a holder that slept through it, and taken again later', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dpp-lease-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const redis = await startRedis()
    ends.push(redis.stop)
    async function replica(name: string): Promise<ServerProcess> {
      await mkdir(join(folder, name))
      const server = await startServerProcess({
        DPP_QUEUE: `${redis.url}?leaseMs=1500`,
        DPP_STORE: `file:${join(folder, 'files')}`,
        DPP_DATA_DIR: join(folder, name),
        DPP_DOMAIN: 'dpp.windowco.example',
        DPP_INTERVAL_SECONDS: '0',
        DPP_POLL_MS: '200',
        WITNESS_PRIVATE_KEY: '11'.repeat(32),
        RELAYER_PRIVATE_KEY: '22'.repeat(32),
      })
      ends.push(() => server.stop('SIGKILL'))
      return server
    }
    const first = await replica('first')
    await untilHeld(first, 1)
    const second = await replica('second')
    expect(await metricOf(second, 'lease_held')).toBe(0)

    first.process.kill('SIGSTOP')
    await untilHeld(second, 1)
    first.process.kill('SIGCONT')
    await untilHeld(first, 0)
    expect(await metricOf(first, 'lease_changes_total{change="lost"}')).toBe(1)
    expect(await metricOf(second, 'lease_held')).toBe(1)
    expect(first.output()).toContain('"event":"lease.lost"')

    await second.stop()
    await untilHeld(first, 1)
    expect(await metricOf(first, 'lease_changes_total{change="taken"}')).toBe(2)
  }, 120_000)
})
