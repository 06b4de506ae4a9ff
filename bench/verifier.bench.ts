// Whole verifications against the bare cost of the signatures in them: everything else must be small beside it.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { verifyEvidence } from '@dpp/anchor/evidence'
import { parseEvent, type SecuredEvent, verifyEd25519 } from '@dpp/core'
import {
  type ChainSnapshot,
  createMemoryReader,
  createMemorySource,
  parsePolicy,
  verifyEvent,
  verifyProduct,
} from '@dpp/verifier'
import { sampleEvidence } from '../packages/anchor/src/chain/evidence-sample.suite.ts'
import {
  anchorBatch,
  appendEvents,
  at,
  CHAIN,
  createIssuer,
  createProduct,
  createTestEvent,
  createWorld,
  publishEvent,
  publishLog,
  REGISTRY,
  signerOf,
  type TestLog,
} from '../packages/verifier/src/lies/evidence.suite.ts'
import { compare, medianOf, type Result } from './compare.ts'

/** A product with `entries` log entries, of which all but the genesis carry `perEntry` events. */
async function createScene(entries: number, perEntry: number) {
  const world = createWorld()
  const issuer = await createIssuer('windowco.example', 'windowco 1')
  publishLog(world, issuer)
  const product = await createProduct(issuer.did, 'W1')
  const events: SecuredEvent[] = []
  for (let entry = 1; entry < entries; entry++) {
    const added: SecuredEvent[] = []
    for (let i = 0; i < perEntry; i++) {
      const minute = entry * 20 + i
      const parts = { issuer: issuer.did, key: 'windowco 1', products: [product.did], minute }
      added.push(await createTestEvent(parts))
    }
    added.forEach((event) => {
      publishEvent(world, event)
    })
    events.push(...added)
    await appendEvents(product, 'W1', added, entry * 20 + 15)
    anchorBatch(world, { minute: entry * 20 + 17, products: [product] })
  }
  publishLog(world, product)
  const options = {
    policy: parsePolicy({ chains: [{ id: CHAIN, registry: REGISTRY }] }),
    sources: [createMemorySource(world.files)],
    readers: [createMemoryReader(world.chain)],
    now: at(entries * 20 + 60),
  }
  return { product, events, options, logSignatures: entries + 1 }
}

async function measure(
  title: string,
  entries: number,
  perEntry: number,
  only: 'event' | 'product',
): Promise<Result> {
  const { product, events, options, logSignatures } = await createScene(entries, perEntry)
  const [first] = events
  if (first === undefined) throw new Error('a scene has events')
  const { message, signature } = parseEvent(first)
  const { publicKey } = signerOf('windowco 1')
  const count = logSignatures + (only === 'event' ? 1 : events.length)
  const checkAll = (backend: 'native' | 'node:crypto') => (): void => {
    for (let i = 0; i < count; i++) {
      if (!verifyEd25519(publicKey, message, signature, { backend })) throw new Error('good ones')
    }
  }
  const result = await compare(
    `${title}: ${count} signatures`,
    {
      'the signatures alone, node:crypto': checkAll('node:crypto'),
      'the signatures alone, the fastest backend': checkAll('native'),
      '@dpp/verifier': async () => {
        const verdict =
          only === 'event'
            ? await verifyEvent(first, options)
            : await verifyProduct(product.did, options)
        if (verdict.status !== 'anchored') throw new Error(`honest evidence is ${verdict.status}`)
      },
    },
    { unit: 'verification', minMs: 250 }, // Long enough that what is measured is compiled code.
  )
  const bare = medianOf(result, 'the signatures alone, node:crypto')
  const ratio = medianOf(result, '@dpp/verifier') / bare
  const owed = {
    promise: 'at most 1.6 times the signatures by node:crypto',
    measured: ratio.toFixed(2),
    holds: ratio <= 1.6,
  }
  return { ...result, owed: [owed] }
}

/** What a storage proof costs beyond reading it: header, account, code, root and record. */
async function measureProof(): Promise<Result> {
  const result = await compare(
    'a storage proof, checked',
    {
      verifyEvidence: () => {
        if (!verifyEvidence(sampleEvidence).verified) throw new Error('a good proof')
      },
    },
    { unit: 'proof' },
  )
  const ms = medianOf(result, 'verifyEvidence') / 1000
  const owed = { promise: 'at most 3 ms', measured: `${ms.toFixed(2)} ms`, holds: ms <= 3 }
  return { ...result, owed: [owed] }
}

const PRODUCTS = 3_000
const BATCH = 20 // Products under one root.

/** What verify-products.mjs is given, and of it the threads' setup, verify-folder.mjs, all but the DIDs. */
export type ProductsJob = {
  readonly dids: readonly string[]
  /** Public host → folder. */
  readonly folders: Readonly<Record<string, string>>
  readonly chain: ChainSnapshot
  readonly now: string
}

/**
 * Many products from a folder, by a program from its start to its end: what the user of a command waits for. The program is held
 * to one core and to two, and starts as many threads: one thread alone would have a second core for its garbage and its compiler.
 */
async function measureFolder(): Promise<Result[]> {
  const [first, second] = await allowedCores()
  if (first === undefined || second === undefined) {
    console.warn(
      `${PRODUCTS} products: not measured, which takes taskset (util-linux) and two cores`,
    )
    return []
  }
  const root = await mkdtemp(join(tmpdir(), 'dpp-bench-'))
  try {
    const job = join(root, 'job.json')
    await writeFile(job, JSON.stringify(await writeProducts(root)))
    // As the README of the package advises: as many helpers of V8 as there are further cores, not four.
    const command = [process.execPath, '--v8-pool-size=0']
    const program = [...command, join(import.meta.dirname, 'verify-products.mjs'), job]
    const verifyOn = async (cores: string): Promise<void> => {
      await execute('taskset', ['-c', cores, ...program])
    }
    const result = await compare(
      `${PRODUCTS} products from a folder, by a whole program held to so many cores`,
      {
        'one core': () => verifyOn(first),
        'two cores': () => verifyOn(`${first},${second}`),
        // Twice the work: what the machine's two cores give to programs that share nothing.
        'a program on each core': async () => {
          await Promise.all([verifyOn(first), verifyOn(second)])
        },
      },
      { units: PRODUCTS, unit: 'product', rounds: 9 },
    )
    const one = medianOf(result, 'one core')
    const gain = one / medianOf(result, 'two cores')
    const most = (2 * one) / medianOf(result, 'a program on each core')
    const measured = `${gain.toFixed(2)} times; two programs that share nothing ${most.toFixed(2)}`
    const owed = { promise: 'two cores at least 1.5 times one', measured, holds: gain >= 1.5 }
    return [{ ...result, owed: [owed] }]
  } finally {
    await rm(root, { recursive: true })
  }
}

/** The numbers of the cores that this process may use; none where there is no taskset. */
async function allowedCores(): Promise<string[]> {
  const answer = await execute('taskset', ['-cp', String(process.pid)]).catch(() => undefined)
  const [, list] = /list: (\S+)/.exec(answer?.stdout ?? '') ?? []
  return (list?.split(',') ?? []).flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, index) => String(from + index))
  })
}

const execute = promisify(execFile)

async function writeProducts(root: string): Promise<ProductsJob> {
  const world = createWorld()
  const issuer = await createIssuer('windowco.example', 'windowco 1')
  publishLog(world, issuer)
  const dids: string[] = []
  for (let n = 0; n < PRODUCTS; n += BATCH) {
    const products: TestLog[] = []
    for (let i = n; i < n + BATCH; i++) {
      const product = await createProduct(issuer.did, `W${i}`)
      const parts = { issuer: issuer.did, key: 'windowco 1', products: [product.did], minute: 10 }
      const event = await createTestEvent(parts)
      publishEvent(world, event)
      await appendEvents(product, `W${i}`, [event], 20)
      publishLog(world, product)
      products.push(product)
      dids.push(product.did)
    }
    anchorBatch(world, { minute: 30, products })
  }
  const folders: Record<string, string> = {}
  for (const [url, body] of Object.entries(world.files)) {
    const { host, pathname } = new URL(url)
    folders[host] = join(root, host)
    const path = join(root, host, pathname)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, body)
  }
  return { dids, folders, chain: world.chain, now: at(60).toISOString() }
}

export async function run(): Promise<Result[]> {
  return [
    await measure('one event', 2, 1, 'event'),
    await measure('a product with 12 events and 5 log entries', 5, 3, 'product'),
    await measureProof(),
    ...(await measureFolder()),
  ]
}
