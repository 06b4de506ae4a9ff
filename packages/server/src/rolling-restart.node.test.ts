// Replicas restarted one after the other under load, behind what stands for a load balancer: no request is refused.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../../../test/anvil.ts'
import { hasRedis, startRedis } from '../../../test/redis.ts'
import {
  createOrganisation,
  registerProduct,
  signManufacture,
  startFileHost,
} from '../../../test/server-client.ts'
import { startServerProcess } from '../../../test/server-process.ts'

const DOMAIN = 'dpp.windowco.example'
const CLIENTS = 4
const LOOK_EVERY_MS = 200
const DRAIN_SECONDS = 1
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

type Answer = { readonly status: number; readonly body: string }

/** Sends requests in turn to the replicas that say that they are ready, over connections that it keeps; once more, to another, what nobody took. */
function createBalancer(urls: readonly string[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const ready = new Set(urls)
  let next = 0
  let isClosed = false
  const counts = { sentAgain: 0 }

  async function send(url: string, method: string, body: string): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }
      const outgoing = request(url, { method, agent, headers }, (incoming: IncomingMessage) => {
        text(incoming).then(
          (answered) => resolve({ status: incoming.statusCode ?? 0, body: answered }),
          reject,
        )
      })
      outgoing.on('error', (error: Error & { code?: string }) => {
        // Nobody took it: there was no connection, or the replica ended one that was idle while the request was on its way.
        const isUnsent = error.code === 'ECONNREFUSED' || outgoing.reusedSocket
        reject(Object.assign(error, { isUnsent }))
      })
      outgoing.end(body)
    })
  }
  async function watch(url: string): Promise<void> {
    while (!isClosed) {
      const answer = await send(`${url}/readyz`, 'GET', '').catch(() => undefined)
      if (answer?.status === 200) ready.add(url)
      else ready.delete(url)
      await sleep(LOOK_EVERY_MS)
    }
  }
  for (const url of urls) void watch(url)
  return {
    counts,
    isReady: (url: string) => ready.has(url),
    post: async (path: string, body: string): Promise<Answer> => {
      for (;;) {
        const turns = [...ready]
        const url = turns[next++ % turns.length]
        if (url === undefined) throw new Error('no replica is ready')
        try {
          return await send(`${url}${path}`, 'POST', body)
        } catch (error) {
          if (!(error as { isUnsent?: boolean }).isUnsent) throw error
          ready.delete(url)
          counts.sentAgain++
        }
      }
    },
    close: () => {
      isClosed = true
      agent.destroy()
    },
  }
}

describe.runIf(hasRedis())('a rolling restart', () => {
  it('refuses no request', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dpp-rolling-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const redis = await startRedis()
    ends.push(redis.stop)
    const host = await startFileHost()
    ends.push(host.close)
    const environments = await Promise.all(
      [0, 1].map(async (number) => {
        const own = join(folder, `${number}`)
        await mkdir(own)
        return {
          DPP_QUEUE: redis.url,
          DPP_STORE: `file:${join(folder, 'files')}`,
          DPP_DATA_DIR: own,
          DPP_PORT: `${await freePort()}`,
          DPP_DOMAIN: DOMAIN,
          DPP_INTERVAL_SECONDS: '0',
          DPP_BATCH_AGE_SECONDS: '1',
          DPP_POLL_MS: '200',
          DPP_DRAIN_SECONDS: `${DRAIN_SECONDS}`,
          DPP_ORIGINS: `windowco.example=${host.url}`,
          WITNESS_PRIVATE_KEY: '11'.repeat(32),
          RELAYER_PRIVATE_KEY: '22'.repeat(32),
        }
      }),
    )
    const servers = await Promise.all(environments.map(startServerProcess))
    ends.push(() => Promise.all(servers.map((server) => server.stop('SIGKILL'))))
    const urls = servers.map(({ url }) => url)
    const issuer = await createOrganisation(host, 'windowco.example')
    const product = await registerProduct(urls[0] ?? '', DOMAIN, issuer, 'ROLLING')

    const balancer = createBalancer(urls)
    ends.push(balancer.close)
    const statuses: number[] = []
    let isOver = false
    async function client(): Promise<void> {
      while (!isOver) {
        const event = await signManufacture(issuer, [product])
        statuses.push((await balancer.post('/events', JSON.stringify(event))).status)
      }
    }
    const load = Promise.all(Array.from({ length: CLIENTS }, client))
    load.catch(() => {}) // Awaited below.
    const untilAnswered = async (more: number): Promise<void> => {
      const enough = statuses.length + more
      const answered = expect.poll(() => statuses.length >= enough, { timeout: 60_000 }).toBe(true)
      await Promise.race([answered, load]) // Ends with the failure of a client, if one fails.
    }
    await untilAnswered(20)
    for (const number of [0, 1]) {
      const startedMs = performance.now()
      await servers[number]?.stop('SIGTERM')
      expect(servers[number]?.process.exitCode).toBe(0)
      expect(performance.now() - startedMs).toBeLessThan(DRAIN_SECONDS * 1000 + 10_000)
      servers[number] = await startServerProcess(environments[number] ?? {})
      await expect.poll(() => balancer.isReady(urls[number] ?? ''), { timeout: 60_000 }).toBe(true)
      await untilAnswered(20)
    }
    isOver = true
    await load
    const { sentAgain } = balancer.counts
    process.stderr.write(
      `rolling restart: 2 restarts, ${statuses.length} requests answered, ${sentAgain} sent again to the other replica\n`,
    )
    expect(statuses.filter((status) => status !== 201)).toEqual([])
    expect(statuses.length).toBeGreaterThan(100)
  }, 240_000)
})
