// A read-only store over HTTP: the public files as a third party sees them, behind any web server or CDN.
import { DppError } from '@dpp/core'
import { storeError } from '../errors.ts'
import { collectBody } from './body-chunks.ts'
import { assertStoreKey, contentToken, type Store, type StoredObject } from './store.ts'

export type HttpStoreOptions = {
  /** Where the keys begin, for example `https://dpp.example.com/`; a missing final slash is added. */
  readonly baseUrl: string
  readonly fetch: typeof fetch
  /** Time for one read, body included; 10 seconds unless told. */
  readonly timeoutMs?: number
  /** Most bytes of one object; 64 MiB unless told. */
  readonly maxBytes?: number
}

/**
 * Creates a store that reads objects with GET; its writes throw ERR_DPP_STORE_READ_ONLY.
 *
 * 404 and 410 are absence, 401 and 403 refusal, everything else (a redirect, 429, 5xx, a time-out, a
 * body cut short, too long, or in a content coding that was not asked for) is unavailability. For servers
 * and tools: a browser asks for compression by itself.
 */
export function createHttpStore(options: HttpStoreOptions): Store {
  const base = options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`
  return {
    async read(key) {
      assertStoreKey(key)
      try {
        return await readObject(new URL(key, base), options)
      } catch (error) {
        if (error instanceof DppError) throw error
        throw storeError('ERR_DPP_STORE_UNAVAILABLE', `GET ${key} failed`, { cause: error })
      }
    },
    async create(key) {
      assertStoreKey(key)
      throw storeError('ERR_DPP_STORE_READ_ONLY', 'an HTTP store is read only')
    },
    async replace(key) {
      assertStoreKey(key)
      throw storeError('ERR_DPP_STORE_READ_ONLY', 'an HTTP store is read only')
    },
  }
}

async function readObject(url: URL, options: HttpStoreOptions): Promise<StoredObject | undefined> {
  const { fetch } = options // Called without a receiver: a browser's fetch refuses any but its window.
  const response = await fetch(url, {
    headers: { 'accept-encoding': 'identity' },
    redirect: 'error',
    signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    if (response.status === 404 || response.status === 410) return undefined
    const refused = response.status === 401 || response.status === 403
    throw storeError(
      refused ? 'ERR_DPP_STORE_REFUSED' : 'ERR_DPP_STORE_UNAVAILABLE',
      `GET ${url.pathname} answered ${response.status}`,
    )
  }
  const coding = response.headers.get('content-encoding') ?? 'identity'
  if (coding !== 'identity') {
    await response.body?.cancel()
    throw storeError(
      'ERR_DPP_STORE_UNAVAILABLE',
      `GET ${url.pathname}: the body came in the content coding ${coding}`,
    )
  }
  const announced = response.headers.get('content-length')
  const body = await collectBody(bodyChunks(response), {
    what: `GET ${url.pathname}`,
    maxBytes: options.maxBytes ?? 64 * 2 ** 20,
    announced: announced === null ? undefined : Number(announced),
  })
  return { body, token: contentToken(body) }
}

// Not `for await (… of response.body)`: not every browser iterates streams.
async function* bodyChunks(response: Response): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel().catch(() => {}) // Frees the connection when the reader stops early.
  }
}
