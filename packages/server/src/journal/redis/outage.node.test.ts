// What a client of the service sees while Redis is gone or full: 503 with Retry-After, soon; and nothing that was
// acknowledged is lost.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventDigest, type SecuredEvent } from '@dpp/core'
import { afterEach, describe, expect, it } from 'vitest'
import { hasRedis, type RedisServer, startRedis } from '../../../../../test/redis.ts'
import {
  createOrganisation,
  type Organisation,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
  startFileHost,
} from '../../../../../test/server-client.ts'
import { startServerProcess } from '../../../../../test/server-process.ts'

const DOMAIN = 'dpp.windowco.example'
const durable = ['--appendonly', 'yes', '--appendfsync', 'always']
const PATIENCE = { timeout: 60_000 }
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

type Scene = {
  readonly url: string
  readonly issuer: Organisation
  readonly product: RegisteredProduct
}

async function startService(redis: RedisServer): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-outage-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
  const host = await startFileHost()
  ends.push(host.close)
  const server = await startServerProcess({
    DPP_QUEUE: redis.url,
    DPP_DATA_DIR: folder,
    DPP_DOMAIN: DOMAIN,
    DPP_INTERVAL_SECONDS: '0',
    DPP_ORIGINS: `windowco.example=${host.url}`,
  })
  ends.push(() => server.stop('SIGKILL'))
  const issuer = await createOrganisation(host, 'windowco.example')
  return {
    url: server.url,
    issuer,
    product: await registerProduct(server.url, DOMAIN, issuer, 'OUT'),
  }
}

type Refusal = { readonly status: number; readonly retryAfter: string | null; readonly ms: number }

/** Posts events until one is refused. */
async function postUntilRefused(
  { url, issuer, product }: Scene,
  acknowledged: SecuredEvent[],
): Promise<Refusal> {
  for (;;) {
    const events = await Promise.all(
      Array.from({ length: 20 }, () => signManufacture(issuer, [product])),
    )
    const startedMs = performance.now()
    const answer = await fetch(`${url}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    })
    const text = await answer.text()
    if (answer.ok) acknowledged.push(...events)
    if (answer.ok && !text.includes('"status"')) continue
    const retryAfter = answer.headers.get('retry-after')
    return { status: answer.status, retryAfter, ms: performance.now() - startedMs }
  }
}

async function expectKnown({ url }: Scene, events: readonly SecuredEvent[]): Promise<void> {
  expect(events.length).toBeGreaterThan(0)
  for (const event of events) {
    expect((await fetch(`${url}/events/${eventDigest(event)}`)).status).toBe(200)
  }
}

describe.runIf(hasRedis())('the service while Redis', () => {
  it('is gone, and after it has come back', async () => {
    const redis = await startRedis()
    ends.push(redis.stop)
    const scene = await startService(redis)
    const acknowledged: SecuredEvent[] = []
    const refused = postUntilRefused(scene, acknowledged)
    await expect.poll(() => acknowledged.length > 0, PATIENCE).toBe(true)
    await redis.kill()
    const { status, retryAfter, ms } = await refused
    expect([status, Number(retryAfter) > 0]).toEqual([503, true])
    expect(ms).toBeLessThan(8_000)
    await redis.start()
    const isReady = async (): Promise<boolean> => (await fetch(`${scene.url}/readyz`)).ok
    await expect.poll(isReady, PATIENCE).toBe(true)
    await expectKnown(scene, acknowledged)
  })

  it('is full, and after it has got more memory', async () => {
    const limit = ['--maxmemory', '4mb', '--maxmemory-policy', 'noeviction']
    const redis = await startRedis([...durable, ...limit])
    ends.push(redis.stop)
    const scene = await startService(redis)
    const acknowledged: SecuredEvent[] = []
    const { status, retryAfter, ms } = await postUntilRefused(scene, acknowledged)
    expect([status, Number(retryAfter) > 0]).toEqual([503, true])
    expect(ms).toBeLessThan(8_000)
    await expectKnown(scene, acknowledged) // Also while it is full.
    await redis.call('CONFIG', 'SET', 'maxmemory', '0')
    const before = acknowledged.length
    const flood = postUntilRefused(scene, acknowledged)
    await expect.poll(() => acknowledged.length > before, PATIENCE).toBe(true)
    await redis.kill()
    expect((await flood).status).toBe(503)
  })
})
