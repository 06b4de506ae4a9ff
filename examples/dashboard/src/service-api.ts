// The batching service's lists, for finding and following things. Nothing of it counts in a verdict: what it says is
// read as text and numbers, shape by shape, and what does not fit is left out.
import { isJsonObject, type Json, type JsonObject } from '@dpp/core'
import { followFeed } from './live-feed.ts'

/** A product as the page's catalogue or the service lists it. */
export type ListedProduct = {
  readonly did: string
  /** The GS1 Digital Link, where the list names it. */
  readonly item: string | undefined
}

/** What waits for the chain. */
export type Backlog = {
  readonly deliveries: number
  readonly oldestSeconds: number
}

export type ListedBatch = {
  readonly id: number
  readonly state: string
  readonly createdAt: Date
  readonly root: string | undefined
  readonly treeSize: number | undefined
  readonly events: number
  readonly problem: string | undefined
}

/** Where a batch's root stands on its chain, as the service knows. */
export type BatchAnchor = {
  readonly chain: string
  readonly transactionHash: string | undefined
  readonly blockNumber: string | undefined
}

export type ServiceApi = {
  readonly products: (signal: AbortSignal) => Promise<readonly ListedProduct[]>
  /** The DID that the catalogue names for an item; the log itself must confirm it. */
  readonly findItem: (item: string, signal: AbortSignal) => Promise<string | undefined>
  readonly batches: (signal: AbortSignal) => Promise<readonly ListedBatch[]>
  /** Undefined where the service does not tell. */
  readonly backlog: (signal: AbortSignal) => Promise<Backlog | undefined>
  readonly batchAnchor: (id: number, signal: AbortSignal) => Promise<BatchAnchor | undefined>
  /** How far an event has come, by its digest. */
  readonly eventStage: (digest: string, signal: AbortSignal) => Promise<string | undefined>
  readonly postEvent: (event: JsonObject) => Promise<JsonObject>
  readonly runBatch: () => Promise<void>
  /** Calls `changed` whenever something happened, until the signal fires. */
  readonly follow: (changed: () => void, signal: AbortSignal) => void
}

const catalogueUrl = '/catalogue.json'
const maxPages = 100

/** A refusal of the service, in its own words. */
export function refusalOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function createServiceApi(base: string): ServiceApi {
  async function request(path: string, init: RequestInit = {}): Promise<JsonObject> {
    const response = await fetch(`${base}${path}`, init).catch(() => {
      throw new Error('The service does not answer.')
    })
    const value: unknown = await response.json().catch(() => undefined)
    if (response.ok && isJsonObject(value)) return value
    const detail = isJsonObject(value) ? textOf(value['detail']) : undefined
    throw new Error(detail ?? `The service answered ${response.status}.`)
  }
  const post = (path: string, body: Json): Promise<JsonObject> =>
    request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  /** All pages of a list, following `next`. */
  async function pages(path: string, name: string, signal: AbortSignal): Promise<readonly Json[]> {
    const items: Json[] = []
    let next: string | undefined = path
    for (let page = 0; next !== undefined && page < maxPages; page += 1) {
      const answer: JsonObject = await request(next, { signal })
      items.push(...listOf(answer[name]))
      next = textOf(answer['next'])
    }
    return items
  }

  // The operator's list where it is given to this page, with the names of the catalogue.
  async function products(signal: AbortSignal): Promise<readonly ListedProduct[]> {
    const [named, listed] = await Promise.all([
      fetchCatalogue(signal),
      pages('/dids', 'dids', signal).catch(() => []),
    ])
    const byDid = new Map<string, ListedProduct>()
    for (const product of [...named, ...listed.flatMap(readProduct)]) {
      if (!byDid.has(product.did)) byDid.set(product.did, product)
    }
    return [...byDid.values()]
  }

  return {
    products,
    findItem: async (item, signal) =>
      (await fetchCatalogue(signal)).find((product) => product.item === item)?.did,
    batches: async (signal) => (await pages('/batches', 'batches', signal)).flatMap(readBatch),
    backlog: async (signal) => {
      const response = await fetch(`${base}/metrics`, { signal })
      return response.ok ? readBacklog(await response.text()) : undefined
    },
    batchAnchor: async (id, signal) => {
      const { anchor } = await request(`/batches/${id}`, { signal })
      return isJsonObject(anchor) ? readAnchor(anchor) : undefined
    },
    eventStage: async (digest, signal) =>
      textOf((await request(`/events/${digest}`, { signal }))['stage']),
    postEvent: (event) => post('/events', event),
    runBatch: async () => void (await post('/batches', {})),
    follow: (changed, signal) => followFeed(`${base}/feed`, changed, signal),
  }
}

/** The list that the operator of the page keeps beside it. */
async function fetchCatalogue(signal: AbortSignal): Promise<readonly ListedProduct[]> {
  const response = await fetch(catalogueUrl, { signal })
  const value: unknown = response.ok ? await response.json() : undefined
  return isJsonObject(value) ? listOf(value['products']).flatMap(readProduct) : []
}

function readProduct(value: Json): ListedProduct[] {
  if (!isJsonObject(value)) return []
  const did = textOf(value['did'])
  const [first] = listOf(value['alsoKnownAs'])
  return did === undefined ? [] : [{ did, item: textOf(value['item']) ?? textOf(first) }]
}

// Prometheus' text format: `name value` on a line of its own.
function readBacklog(metrics: string): Backlog | undefined {
  const gauge = (name: string): number | undefined => {
    const [, value] = new RegExp(`^(?:dpp_)?${name} (\\d+)`, 'm').exec(metrics) ?? []
    return value === undefined ? undefined : Number(value)
  }
  const deliveries = gauge('deliveries_waiting')
  const delivery = gauge('oldest_delivery_age_seconds')
  const batch = gauge('oldest_batch_age_seconds')
  if (deliveries === undefined || delivery === undefined || batch === undefined) return undefined
  const open = gauge('batches_open') ?? 0
  return { deliveries: deliveries + open, oldestSeconds: Math.max(delivery, batch) }
}

function readBatch(value: Json): ListedBatch[] {
  if (!isJsonObject(value)) return []
  const { id, events, treeSize } = value
  const createdAt = new Date(textOf(value['createdAt']) ?? '')
  const state = textOf(value['state'])
  if (typeof id !== 'number' || state === undefined || Number.isNaN(createdAt.getTime())) return []
  return [
    {
      id,
      state,
      createdAt,
      events: typeof events === 'number' ? events : 0,
      treeSize: typeof treeSize === 'number' ? treeSize : undefined,
      root: textOf(value['root']),
      problem: textOf(value['problem']),
    },
  ]
}

function readAnchor(anchor: JsonObject): BatchAnchor {
  const block = anchor['block']
  return {
    chain: textOf(anchor['chain']) ?? '',
    transactionHash: textOf(anchor['transactionHash']),
    blockNumber: isJsonObject(block) ? textOf(block['number']) : undefined,
  }
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
