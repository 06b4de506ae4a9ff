// Three server processes on one Redis and one store, under load, while processes and Redis are killed, the holder of the
// lease is stopped, and the chain does not answer; then what must hold.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deployRegistry } from '@dpp/anchor/ethereum'
import { eventDigest } from '@dpp/core'
import { createJsonRpcReader, createWebSource, parsePolicy, verifyProduct } from '@dpp/verifier'
import { privateKeyToAccount } from 'viem/accounts'
import { freePort, startAnvil } from './anvil.ts'
import { startRedis } from './redis.ts'
import { findMisplaced, readRoots, untilAllSettled } from './server-chaos.ts'
import {
  createOrganisation,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
  startFileHost,
} from './server-client.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'

export type ReplicaChaosOptions = {
  readonly events: number
  readonly products: number
  readonly eventsPerRequest: number
  /** Each client waits this long between two requests. */
  readonly paceMs: number
  readonly serverKills: number
  readonly redisKills: number
  /** How long the holder of the lease is stopped, by SIGSTOP. */
  readonly pauseMs: number
  /** How long the chain does not answer. */
  readonly rpcCutMs: number
  readonly leaseMs: number
  /** Further variables of every server. */
  readonly settings?: { readonly [name: string]: string }
}

export type ReplicaChaosReport = {
  readonly acknowledged: number
  readonly requests: number
  /** Requests that got no answer: their server was killed or stopped. */
  readonly unanswered: number
  readonly refused: number
  /** Answers with 503 that lack `Retry-After`. */
  readonly withoutRetryAfter: number
  readonly slowestRefusalMs: number
  /** Acknowledged digests that are not exactly once in the log they belong to. */
  readonly misplaced: readonly string[]
  /** Deliveries in the queue at the end, when everything is settled. */
  readonly waiting: number
  readonly settledRoots: readonly string[]
  readonly anchoredRoots: readonly string[]
  /** Products by verdict. */
  readonly verdicts: { readonly [status: string]: number }
  readonly tookMs: number
}

const DOMAIN = 'dpp.windowco.example'
const SERVERS = 3
const CLIENTS = 6
const ANSWER_MS = 8_000

/**
 * Runs it. `check` gets the environment of one server while Redis and the chain still run: for fsck. Redis is given up
 * afterwards.
 */
export async function runReplicaChaos(
  options: ReplicaChaosOptions,
  check: (environment: { readonly [name: string]: string }) => Promise<void>,
): Promise<ReplicaChaosReport> {
  const startedMs = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'dpp-replicas-'))
  const [anvil, host] = await Promise.all([startAnvil({ slotsInAnEpoch: 1 }), startFileHost()])
  const redis = await startRedis()
  const servers: ServerProcess[] = []
  try {
    const { chainId } = anvil
    const account = privateKeyToAccount(anvil.privateKeys[0] ?? '0x')
    const { address } = await deployRegistry({ rpcUrl: anvil.url, chainId, account, pollMs: 20 })
    const shared = {
      DPP_QUEUE: `${redis.url}?leaseMs=${options.leaseMs}`,
      DPP_STORE: `file:${join(folder, 'files')}`,
      DPP_DOMAIN: DOMAIN,
      DPP_RPC_URLS: anvil.url,
      DPP_REGISTRY: address,
      DPP_FINALITY: '0',
      DPP_INTERVAL_SECONDS: '0',
      DPP_BATCH_AGE_SECONDS: '1',
      DPP_POLL_MS: '200',
      DPP_ORIGINS: `windowco.example=${host.url}`,
      WITNESS_PRIVATE_KEY: '11'.repeat(32),
      RELAYER_PRIVATE_KEY: anvil.privateKeys[1] ?? '',
      ...options.settings,
    }
    const environments: { readonly [name: string]: string }[] = []
    for (let i = 0; i < SERVERS; i++) {
      const own = join(folder, `${i}`)
      await mkdir(own)
      environments.push({ ...shared, DPP_DATA_DIR: own, DPP_PORT: `${await freePort()}` })
    }
    for (const environment of environments) servers.push(await startServerProcess(environment))
    const urls = servers.map(({ url }) => url)
    const issuer = await createOrganisation(host, 'windowco.example')
    const products: RegisteredProduct[] = []
    for (let i = 0; i < options.products; i++) {
      products.push(await registerProduct(at(urls, i), DOMAIN, issuer, `REPLICA-${i}`))
    }

    const expected = new Map<string, string>() // Digest → SCID of its product.
    const counts = { requests: 0, unanswered: 0, refused: 0, withoutRetryAfter: 0 }
    let slowestRefusalMs = 0
    let areFaultsOver = false
    let signed = 0
    async function client(number: number): Promise<void> {
      while (!areFaultsOver || signed < options.events) {
        const batch = await Promise.all(
          Array.from({ length: options.eventsPerRequest }, async () => {
            const product = products[signed++ % products.length] as RegisteredProduct
            return { product, event: await signManufacture(issuer, [product]) }
          }),
        )
        await untilAcknowledged(
          batch.map(({ event }) => event),
          number,
        )
        for (const { event, product } of batch) expected.set(eventDigest(event), product.scid)
        // Faults that take long meet a load to the end, but not more and more events.
        await sleep(signed < options.events ? options.paceMs : 10 * options.paceMs)
      }
    }
    // Round-robin: whoever does not answer, or refuses, is followed by the next.
    async function untilAcknowledged(events: readonly unknown[], first: number): Promise<void> {
      for (let attempt = 0; attempt < 5_000; attempt++) {
        const sentMs = performance.now()
        const answer = await fetch(`${at(urls, first + counts.requests++)}/events`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ events }),
          signal: AbortSignal.timeout(ANSWER_MS),
        }).catch(() => undefined)
        if (answer === undefined) counts.unanswered++
        else {
          const text = await answer.text()
          if (answer.ok && !text.includes('"status"')) return
          if (answer.status !== 503) throw new Error(text)
          counts.refused++
          if (!answer.headers.has('retry-after')) counts.withoutRetryAfter++
          slowestRefusalMs = Math.max(slowestRefusalMs, performance.now() - sentMs)
        }
        await sleep(50)
      }
      throw new Error('events were never acknowledged')
    }

    const clients = Array.from({ length: CLIENTS }, (_, number) => client(number))
    const load = Promise.all(clients)
    load.catch(() => {}) // Awaited below.
    await kills()
    await pauses()
    areFaultsOver = true
    await load

    // Servers and Redis, one after the other, at instants of no meaning.
    async function kills(): Promise<void> {
      const { serverKills, redisKills } = options
      for (let i = 0; i < Math.max(serverKills, redisKills); i++) {
        await sleep(300 + Math.random() * 700)
        if (i < serverKills) {
          const victim = i % SERVERS
          await servers[victim]?.stop('SIGKILL')
          servers[victim] = await startServerProcess(environments[victim] ?? {})
        }
        if (i < redisKills) {
          await redis.kill()
          await sleep(500)
          await redis.start()
        }
      }
    }
    async function pauses(): Promise<void> {
      const holder = await findHolder(servers)
      holder.process.kill('SIGSTOP')
      anvil.pause()
      await Promise.all([
        sleep(options.pauseMs).then(() => holder.process.kill('SIGCONT')),
        sleep(options.rpcCutMs).then(() => anvil.resume()),
      ])
    }

    await findHolder(servers) // Seals what still waits.
    const settledRoots = await untilAllSettled(at(urls, 0))
    const waiting = Number(await redis.call('XLEN', '{dpp}:queue'))
    const misplaced = await findMisplaced(at(urls, 1), products, expected)
    await anvil.request('anvil_mine', ['0x10']) // The verifier asks for the finalized block.
    const policy = parsePolicy({
      chains: [{ id: `eip155:${chainId}`, registry: address.toLowerCase() }],
    })
    const verdicts: { [status: string]: number } = {}
    for (const { did } of products) {
      const { status } = await verifyProduct(did, {
        policy,
        sources: [
          createWebSource({
            fetch,
            origins: { [DOMAIN]: at(urls, 2), 'windowco.example': host.url },
          }),
        ],
        readers: [createJsonRpcReader({ chain: `eip155:${chainId}`, urls: [anvil.url], fetch })],
      })
      verdicts[status] = (verdicts[status] ?? 0) + 1
    }
    await Promise.all(servers.map((server) => server.stop()))
    const anchoredRoots = await readRoots(anvil.url, address)
    await check(environments[0] ?? {})
    return {
      ...counts,
      acknowledged: expected.size,
      slowestRefusalMs: Math.round(slowestRefusalMs),
      misplaced,
      waiting,
      settledRoots,
      anchoredRoots,
      verdicts,
      tookMs: Math.round(performance.now() - startedMs),
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop('SIGKILL')))
    await Promise.all([anvil.stop(), host.close(), redis.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

// Only the holder of the lease seals on demand.
async function findHolder(servers: readonly ServerProcess[]): Promise<ServerProcess> {
  for (let attempt = 0; attempt < 600; attempt++) {
    for (const server of servers) {
      const answer = await fetch(`${server.url}/batches`, { method: 'POST' }).catch(() => undefined)
      await answer?.body?.cancel()
      if (answer?.ok === true) return server
    }
    await sleep(100)
  }
  throw new Error('nobody holds the lease')
}

/** The counts of a report, for people. */
export function describeReplicaChaos(report: ReplicaChaosReport): string {
  const { acknowledged, requests, unanswered, refused, slowestRefusalMs, tookMs } = report
  const { settledRoots, verdicts } = report
  return `three replicas: ${acknowledged} events acknowledged in ${requests} requests (${unanswered} unanswered, ${refused} refused with 503, the slowest after ${slowestRefusalMs} ms), ${settledRoots.length} batches, verdicts ${JSON.stringify(verdicts)}, ${Math.round(tookMs / 1000)} s\n`
}

function at<Item>(items: readonly Item[], index: number): Item {
  return items[index % items.length] as Item
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
