// The batching service's lists, for finding and following things. Nothing of it counts in a verdict: what it says is
// read as text and numbers, shape by shape, and what does not fit is left out.
import { isJsonObject, type Json, type JsonObject } from '@dpp/core'

/** A product as the page's catalogue or the service lists it. */
export type ListedProduct = {
  readonly did: string
  /** The GS1 Digital Link. */
  readonly item: string
  readonly versionId: string | undefined
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
  /** Every product, page by page: the list grows while it is read. */
  readonly products: (signal: AbortSignal) => AsyncIterable<readonly ListedProduct[]>
  /** The DID that the service names for an item; the log itself must confirm it. */
  readonly findItem: (item: string, signal: AbortSignal) => Promise<string | undefined>
  readonly batches: (signal: AbortSignal) => Promise<readonly ListedBatch[]>
  readonly batchAnchor: (id: number, signal: AbortSignal) => Promise<BatchAnchor | undefined>
  /** How far an event has come, by its digest. */
  readonly eventStage: (digest: string, signal: AbortSignal) => Promise<string | undefined>
  readonly postEvent: (event: JsonObject) => Promise<JsonObject>
  readonly runBatch: () => Promise<void>
  /** Calls `changed` whenever something happened, until the signal fires. */
  readonly follow: (changed: () => void, signal: AbortSignal) => void
}

const catalogueUrl = '/catalogue.json'
const maxPages = 400
const pollMs = 2_000

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

  async function* products(signal: AbortSignal): AsyncIterable<readonly ListedProduct[]> {
    let path: string | undefined = '/dids'
    for (let page = 0; path !== undefined && page < maxPages; page += 1) {
      const answer: JsonObject | undefined = await request(path, { signal }).catch(() => undefined)
      if (answer === undefined) break
      yield listOf(answer['dids']).flatMap(readProduct)
      path = textOf(answer['next'])
    }
    if (path === '/dids') yield await catalogue(signal)
  }

  return {
    products,
    findItem: async (item, signal) => {
      for await (const page of products(signal)) {
        const found = page.find((product) => product.item === item)
        if (found !== undefined) return found.did
      }
      return undefined
    },
    batches: async (signal) =>
      listOf((await request('/batches', { signal }))['batches']).flatMap(readBatch),
    batchAnchor: async (id, signal) => {
      const { anchor } = await request(`/batches/${id}`, { signal })
      return isJsonObject(anchor) ? readAnchor(anchor) : undefined
    },
    eventStage: async (digest, signal) =>
      textOf((await request(`/events/${digest}`, { signal }))['stage']),
    postEvent: (event) => post('/events', event),
    runBatch: async () => void (await post('/batches', {})),
    follow: (changed, signal) => followFeed(base, changed, signal),
  }
}

/** The list that the operator of the page keeps beside it, for services that list nothing. */
async function catalogue(signal: AbortSignal): Promise<readonly ListedProduct[]> {
  const response = await fetch(catalogueUrl, { signal })
  const value: unknown = response.ok ? await response.json() : undefined
  return isJsonObject(value) ? listOf(value['products']).flatMap(readProduct) : []
}

// The feed where the service has one; else a look every now and then, while somebody looks at the page.
function followFeed(base: string, changed: () => void, signal: AbortSignal): void {
  let timer: ReturnType<typeof setInterval> | undefined
  const poll = (): void => {
    timer ??= setInterval(() => {
      if (document.visibilityState === 'visible') changed()
    }, pollMs)
  }
  const feed = new EventSource(`${base}/feed`)
  feed.onmessage = changed
  feed.onerror = () => {
    if (feed.readyState === EventSource.CLOSED && !signal.aborted) poll()
  }
  signal.addEventListener('abort', () => {
    feed.close()
    clearInterval(timer)
  })
}

function readProduct(value: Json): ListedProduct[] {
  if (!isJsonObject(value)) return []
  const did = textOf(value['did'])
  const [first] = listOf(value['alsoKnownAs'])
  const item = textOf(value['item']) ?? textOf(first)
  if (did === undefined || item === undefined) return []
  return [{ did, item, versionId: textOf(value['versionId']) }]
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
