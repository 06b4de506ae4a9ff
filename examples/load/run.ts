// A load run from the outside: products, signed events, the batch, and a third party's verdict on a sample.
import { setImmediate } from 'node:timers/promises'
import { signEvents } from '../../bench/ingest-scene.ts'
import type { RegisteredProduct } from '../../test/server-client.ts'
import type { Counter } from '../data/command-line.ts'
import type { ServiceClient } from '../data/service-client.ts'
import { verifyProducts } from '../data/verify-products.ts'
import { createIssuer, registerProducts } from './products.ts'
import { describeLatencies, type LoadReport } from './report.ts'
import { type Sent, sendEvents } from './send.ts'
import { type BatchView, newestBatch, settle } from './settle.ts'

export type LoadOptions = {
  readonly service: ServiceClient
  readonly token: string | undefined
  readonly rpcUrl: string
  /** Where the public files are read; the service itself unless told. */
  readonly filesUrl?: string | undefined
  /** Names the run: stands in the products' serial numbers. */
  readonly run: string
  readonly events: number
  readonly products: number
  readonly eventsPerRequest: number
  readonly connections: number
  readonly perSecond: number
  readonly sample: number
  readonly patienceSeconds: number
  /** Told what begins; runs it. */
  readonly step: <Result>(title: string, work: () => Promise<Result>) => Promise<Result>
  readonly progress: (what: string) => Counter
  readonly note: (text: string) => void
}

type Description = {
  readonly domain: string
  readonly anchoring: {
    readonly chain: string
    readonly registry: string | null
    readonly anchorer: string
  }
  readonly issuers: { readonly allowDidKey: boolean }
}

const SIGNED_AT_ONCE = 5_000 // What waits to be sent stays in memory, 2 kB each.

export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const { service, step, progress, events, products: count } = options
  const { domain, anchoring, issuers } = await service.get<Description>('/service')
  if (!issuers.allowDidKey)
    throw new Error(
      'the service must run with DPP_ALLOW_DID_KEY=true: the load is signed by a did:key',
    )
  if (anchoring.registry === null)
    throw new Error('the service has no DPP_REGISTRY: nothing would ever be anchored')
  const before = await newestBatch(service)
  const issuer = createIssuer()
  const counter = progress('products')
  const started = performance.now()
  const products = await step(`${show(count)} products registered`, () =>
    registerProducts(service, { domain, issuer, run: options.run, count }, (done) =>
      counter(done, count),
    ),
  )
  const registeredSeconds = (performance.now() - started) / 1000
  const { sent, signedSeconds } = await step(`${show(events)} events signed and posted`, () =>
    signAndSend(options, { issuer, products }),
  )
  const settled = await step('Batch sealed, anchored, proven', () =>
    settle(service, { after: before, events, patienceSeconds: options.patienceSeconds }, (batch) =>
      options.note(describeBatch(batch)),
    ),
  )
  const sample = chooseSample(products, options)
  const verified = await step(`${sample.length} products verified`, () => {
    const checked = progress('products')
    return verifyProducts(
      sample,
      {
        origins: { [domain]: options.filesUrl ?? service.url },
        rpcUrl: options.rpcUrl,
        chain: anchoring.chain,
        policy: policyOf(anchoring),
      },
      (done) => checked(done, sample.length),
    )
  })
  return {
    events,
    products: count,
    eventsPerRequest: options.eventsPerRequest,
    connections: options.connections,
    registeredPerSecond: count / registeredSeconds,
    signedPerSecond: events / signedSeconds,
    takenPerSecond: events / sent.seconds,
    requests: sent.requests,
    refused: sent.refused,
    unanswered: sent.unanswered,
    latencyMs: describeLatencies(sent.latencies),
    rootedSeconds: settled.rootedSeconds,
    anchoredSeconds: settled.anchoredSeconds,
    settledSeconds: settled.settledSeconds,
    batches: settled.batches.map(({ id, events: own, treeSize, root }) => ({
      id,
      events: own,
      leaves: treeSize ?? 0,
      root: root ?? null,
    })),
    verified: verified.products,
    surprises: verified.surprises,
  }
}

async function signAndSend(
  options: LoadOptions,
  scene: Parameters<typeof signEvents>[0],
): Promise<{ sent: Sent; signedSeconds: number }> {
  const counter = options.progress('events')
  const { service, token, connections, eventsPerRequest, perSecond, events } = options
  const to = { url: service.url, token, connections, eventsPerRequest, perSecond }
  const parts: Sent[] = []
  let signedMs = 0
  for (let done = 0; done < events; done += SIGNED_AT_ONCE) {
    const began = performance.now()
    const signed = await signEvents(scene, Math.min(SIGNED_AT_ONCE, events - done), done)
    signedMs += performance.now() - began
    await setImmediate() // Answers that came meanwhile are not charged to the first requests.
    parts.push(await sendEvents(signed, to, (count) => counter(done + count, events)))
  }
  const sum = (of: 'requests' | 'seconds' | 'refused' | 'unanswered'): number =>
    parts.reduce((total, part) => total + part[of], 0)
  return {
    sent: {
      requests: sum('requests'),
      seconds: sum('seconds'),
      refused: sum('refused'),
      unanswered: sum('unanswered'),
      latencies: parts.flatMap(({ latencies }) => latencies),
    },
    signedSeconds: signedMs / 1000,
  }
}

// Spread evenly. Every event about a product must be in its log, or the count differs.
function chooseSample(
  products: readonly RegisteredProduct[],
  { events, sample }: LoadOptions,
): Parameters<typeof verifyProducts>[0] {
  const size = Math.min(sample, products.length)
  return Array.from({ length: size }, (_, i) => {
    const index = Math.floor((i * products.length) / size)
    const { did } = products[index] as RegisteredProduct
    const own = Math.floor(events / products.length) + (index < events % products.length ? 1 : 0)
    return {
      did,
      kind: 'window',
      window: index + 1,
      oddCase: null,
      status: 'anchored',
      events: own,
      withheld: 0,
      thirdParty: 0,
      corrected: 0,
      closed: false,
    }
  })
}

function policyOf({ chain, registry, anchorer }: Description['anchoring']): object {
  return {
    chains: [{ id: chain, registry, anchorers: [{ address: anchorer }] }],
    allowDidKey: true,
  }
}

function describeBatch({ id, state, events, treeSize, root }: BatchView): string {
  const leaves = treeSize === undefined ? '' : `, ${show(treeSize)} leaves`
  return `batch ${id} is ${state}: ${show(events)} events${leaves}${root === undefined ? '' : `, root ${root}`}`
}

function show(value: number): string {
  return value.toLocaleString('en')
}
