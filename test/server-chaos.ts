// Kill −9 at random instants under load, against the real server and a real chain; then what must hold.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deployRegistry, registryAbi } from '@dpp/anchor/ethereum'
import { eventDigest } from '@dpp/core'
import { readEvents, verifyLog } from '@dpp/webvh'
import { createPublicClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { freePort, startAnvil } from './anvil.ts'
import {
  createOrganisation,
  getJson,
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
  startFileHost,
} from './server-client.ts'
import { startServerProcess } from './server-process.ts'

export type ChaosReport = {
  readonly acknowledged: number
  readonly batches: number
  /** Acknowledged digests that are not exactly once in the log they belong to. */
  readonly misplaced: readonly string[]
  /** Roots of settled batches, and what the chain holds: equal when nothing was anchored twice or left out. */
  readonly settledRoots: readonly string[]
  readonly anchoredRoots: readonly string[]
  /** Resident memory of the server before each kill. */
  readonly residentMegabytes: readonly number[]
  /** The environment of the server, to run fsck with; `clean` removes its folder. */
  readonly environment: { readonly [name: string]: string }
  clean(): Promise<void>
}

const DOMAIN = 'dpp.windowco.example'

export type ChaosLoad = {
  readonly clients?: number
  readonly products?: number
  /** From one event of a client to its next. */
  readonly everyMs?: number
  /** At most between two batches. */
  readonly batchPauseMs?: number
  readonly untilKillMs?: () => number
  /** The load goes on after the last kill until this many events are acknowledged, however slow the machine is. */
  readonly leastEvents?: number
}

/** Runs the server under load, kills it `kills` times, lets it settle, and looks. `settings` are further variables. */
export async function runChaos(
  kills: number,
  settings: { readonly [name: string]: string } = {},
  load: ChaosLoad = {},
): Promise<ChaosReport> {
  const { clients: clientCount = 4, products: productCount = 5, everyMs = 25 } = load
  const {
    batchPauseMs = 300,
    untilKillMs = () => 50 + Math.random() * 1500,
    leastEvents = 0,
  } = load
  const folder = await mkdtemp(join(tmpdir(), 'dpp-chaos-'))
  const [anvil, host] = await Promise.all([startAnvil({ slotsInAnEpoch: 1 }), startFileHost()])
  try {
    const account = privateKeyToAccount(anvil.privateKeys[0] ?? '0x')
    const { chainId } = anvil
    const { address } = await deployRegistry({ rpcUrl: anvil.url, chainId, account, pollMs: 20 })
    const environment = {
      DPP_DATA_DIR: folder,
      DPP_PORT: `${await freePort()}`,
      DPP_DOMAIN: DOMAIN,
      DPP_RPC_URLS: anvil.url,
      DPP_REGISTRY: address,
      DPP_FINALITY: '0',
      DPP_INTERVAL_SECONDS: '0',
      DPP_POLL_MS: '50',
      DPP_ORIGINS: `windowco.example=${host.url}`,
      RELAYER_PRIVATE_KEY: anvil.privateKeys[1] ?? '',
      ...settings,
    }
    const issuer = await createOrganisation(host, 'windowco.example')
    let server = await startServerProcess(environment)
    const { url } = server
    const products: RegisteredProduct[] = []
    for (let i = 0; i < productCount; i++) {
      products.push(await registerProduct(url, DOMAIN, issuer, `CHAOS-${i}`))
    }

    // Each client posts one event after the other, and an event again until it is acknowledged.
    const expected = new Map<string, string>() // Digest → SCID of its product.
    let isOver = false
    async function client(number: number): Promise<void> {
      for (let i = number; !isOver; i += clientCount) {
        const dueMs = performance.now() + everyMs
        const product = products[i % products.length] as RegisteredProduct
        const event = await signManufacture(issuer, [product])
        await untilAcknowledged(`${url}/events`, event)
        expected.set(eventDigest(event), product.scid)
        await sleep(Math.max(0, dueMs - performance.now()))
      }
    }
    // Batches all the time, so that kills fall into every part of the cycle.
    async function batcher(): Promise<void> {
      while (!isOver) {
        await postJson(`${url}/batches`, {}).catch(() => undefined)
        await sleep(Math.random() * batchPauseMs)
      }
    }
    const clients = [
      batcher(),
      ...Array.from({ length: clientCount }, (_, number) => client(number)),
    ]
    const residentMegabytes: number[] = []
    for (let kill = 0; kill < kills; kill++) {
      // On a slow machine a process may never live to accept an event: each second one does.
      const before = kill % 2 === 0 ? -1 : expected.size
      while (expected.size === before) await sleep(5)
      await sleep(untilKillMs())
      residentMegabytes.push(await readResident(server.process.pid))
      await server.stop('SIGKILL')
      server = await startServerProcess(environment)
    }
    while (expected.size < leastEvents) await sleep(50)
    isOver = true
    await Promise.all(clients)

    await postJson(`${url}/batches`, {})
    const settledRoots = await untilAllSettled(url)
    const misplaced = await findMisplaced(url, products, expected)
    await server.stop()
    const anchoredRoots = await readRoots(anvil.url, address)
    // The chain must outlive this call for fsck: the caller runs it without a registry.
    const { DPP_REGISTRY: _, ...offline } = environment
    return {
      acknowledged: expected.size,
      batches: settledRoots.length,
      misplaced,
      settledRoots,
      anchoredRoots,
      residentMegabytes,
      environment: offline,
      clean: () => rm(folder, { recursive: true, force: true }),
    }
  } finally {
    await Promise.all([anvil.stop(), host.close()])
  }
}

// As Linux counts it; NaN elsewhere.
async function readResident(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024)
}

async function untilAcknowledged(url: string, event: unknown): Promise<void> {
  for (;;) {
    const answer = await postJson(url, event).catch(() => undefined)
    if (answer !== undefined && answer.status < 300) return
    if (answer !== undefined && answer.status !== 503) throw new Error(answer.text)
    await sleep(20)
  }
}

/** Waits for as long as the test's own limit lets it, and gives the roots. */
export async function untilAllSettled(url: string): Promise<string[]> {
  for (;;) {
    const batches: { state: string; root: string; id: number }[] = []
    for (let path: string | undefined = '/batches'; path !== undefined; ) {
      const page = (await getJson(`${url}${path}`)).body as {
        batches: typeof batches
        next?: string
      }
      batches.push(...page.batches)
      path = page.next
    }
    if (batches.every(({ state }) => state === 'settled')) return batches.map(({ root }) => root)
    await sleep(100)
  }
}

export async function findMisplaced(
  url: string,
  products: readonly RegisteredProduct[],
  expected: ReadonlyMap<string, string>,
): Promise<string[]> {
  const found = new Map<string, string>()
  const misplaced: string[] = []
  for (const { did, scid } of products) {
    const log = await (await fetch(`${url}/.well-known/did/${scid}/did.jsonl`)).text()
    const report = verifyLog(log, { did })
    if (report.error !== undefined) throw report.error
    for (const { digest } of readEvents(report.versions)) {
      if (found.has(digest) || expected.get(digest) !== scid) misplaced.push(digest)
      found.set(digest, scid)
    }
  }
  for (const digest of expected.keys()) if (!found.has(digest)) misplaced.push(digest)
  return misplaced
}

export async function readRoots(rpcUrl: string, registry: `0x${string}`): Promise<string[]> {
  const client = createPublicClient({ transport: http(rpcUrl) })
  const logs = await client.getContractEvents({
    address: registry,
    abi: registryAbi,
    eventName: 'Anchored',
    fromBlock: 0n,
  })
  return logs.map(({ args }) => String(args.root))
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
