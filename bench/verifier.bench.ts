// Whole verifications against the bare cost of the signatures in them: everything else must be small beside it.
import { parseEvent, type SecuredEvent, verifyEd25519 } from '@dpp/core'
import {
  createMemoryReader,
  createMemorySource,
  parsePolicy,
  verifyEvent,
  verifyProduct,
} from '@dpp/verifier'
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
  const result = await compare(
    `${title}: ${count} signatures`,
    {
      'the signatures alone': () => {
        for (let i = 0; i < count; i++) {
          if (!verifyEd25519(publicKey, message, signature)) throw new Error('a good signature')
        }
      },
      '@dpp/verifier': async () => {
        const verdict =
          only === 'event'
            ? await verifyEvent(first, options)
            : await verifyProduct(product.did, options)
        if (verdict.status !== 'anchored') throw new Error(`honest evidence is ${verdict.status}`)
      },
    },
    { unit: 'verification' },
  )
  const ratio = medianOf(result, '@dpp/verifier') / medianOf(result, 'the signatures alone')
  const owed = {
    promise: 'at most 1.6 times the signatures',
    measured: ratio.toFixed(2),
    holds: ratio <= 1.6,
  }
  return { ...result, owed: [owed] }
}

export async function run(): Promise<Result[]> {
  return [
    await measure('one event', 2, 1, 'event'),
    await measure('a product with 12 events and 5 log entries', 5, 3, 'product'),
  ]
}
