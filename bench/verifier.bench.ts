// Whole verifications against the bare cost of the signatures in them: everything else must be small beside it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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
import { verifyProducts } from '@dpp/verifier/node'
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
const DISTINCT = 300

/** What the threads' setup, verify-folder.mjs, is given. */
export type FolderJob = {
  /** Public host → folder. */
  readonly folders: Readonly<Record<string, string>>
  readonly chain: ChainSnapshot
  readonly now: Date
}

/** Many products from a folder, on one thread and on two; the start of the threads counts. */
async function measureFolder(): Promise<Result> {
  const root = await mkdtemp(join(tmpdir(), 'dpp-bench-'))
  const { job, dids } = await writeProducts(root)
  const all = Array.from({ length: PRODUCTS }, (_, index) => dids[index % dids.length] ?? '')
  const setup = new URL('verify-folder.mjs', import.meta.url)
  const verifyAll = async (threads: number): Promise<void> => {
    for await (const { status } of verifyProducts(all, { setup, data: job, threads })) {
      if (status !== 'anchored') throw new Error(`honest evidence is ${status}`)
    }
  }
  try {
    const result = await compare(
      `${PRODUCTS} products from a folder`,
      { 'one thread': () => verifyAll(1), 'two threads': () => verifyAll(2) },
      { units: PRODUCTS, unit: 'product', rounds: 5 },
    )
    const gain = medianOf(result, 'one thread') / medianOf(result, 'two threads')
    const measured = `${gain.toFixed(2)} times`
    const owed = { promise: 'two cores at least 1.5 times one', measured, holds: gain >= 1.5 }
    return { ...result, owed: [owed] }
  } finally {
    await rm(root, { recursive: true })
  }
}

async function writeProducts(root: string): Promise<{ job: FolderJob; dids: string[] }> {
  const world = createWorld()
  const issuer = await createIssuer('windowco.example', 'windowco 1')
  publishLog(world, issuer)
  const dids: string[] = []
  for (let n = 0; n < DISTINCT; n++) {
    const product = await createProduct(issuer.did, `W${n}`)
    const parts = { issuer: issuer.did, key: 'windowco 1', products: [product.did], minute: 10 }
    const event = await createTestEvent(parts)
    publishEvent(world, event)
    await appendEvents(product, `W${n}`, [event], 20)
    publishLog(world, product)
    anchorBatch(world, { minute: 30, products: [product] })
    dids.push(product.did)
  }
  const folders: Record<string, string> = {}
  for (const [url, body] of Object.entries(world.files)) {
    const { host, pathname } = new URL(url)
    folders[host] = join(root, host)
    const path = join(root, host, pathname)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, body)
  }
  return { job: { folders, chain: world.chain, now: at(60) }, dids }
}

export async function run(): Promise<Result[]> {
  return [
    await measure('one event', 2, 1, 'event'),
    await measure('a product with 12 events and 5 log entries', 5, 3, 'product'),
    await measureProof(),
    await measureFolder(),
  ]
}
