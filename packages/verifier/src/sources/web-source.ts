// Evidence from the web: `fetch` with what a verifier needs and no more (no redirects, no credentials, byte caps).
import { mapOrigin, type Origins } from '@dpp/webvh'
import { type EvidenceSource, type Reading, tooLarge } from './source.ts'

/** How the web is reached. */
export type WebSourceOptions = {
  /** The platform's `fetch`, or one that is guarded against private addresses where DIDs are not the caller's. */
  readonly fetch: typeof globalThis.fetch
  /** Where public hosts really answer: `{ 'dpp.example': 'http://127.0.0.1:8080' }`. */
  readonly origins?: Origins
}

/**
 * A source that fetches each file from its public URL.
 *
 * Redirects are refused. 404 and 410 are `absent`, 401 and 403 `withheld`; every other status that is not
 * 200 is an outage. The body is counted as it arrives, after decompression, and dropped at the limit.
 */
export function createWebSource({ fetch, origins = {} }: WebSourceOptions): EvidenceSource {
  return {
    async read(url, { maxBytes, signal, fresh }) {
      const response = await fetch(mapOrigin(url, origins), {
        redirect: 'manual', // 'error' would do, but workers do not have it.
        ...(isPage ? { credentials: 'omit', referrerPolicy: 'no-referrer' } : {}),
        signal,
        // 'no-store' makes caches on the way ask the origin, and needs no header that CORS would preflight.
        ...(fresh === true ? { cache: 'no-store' } : {}),
      })
      const { status, type } = response
      if (status === 200) return readBody(response, maxBytes)
      await response.body?.cancel()
      if (type === 'opaqueredirect' || (status >= 300 && status < 400))
        return { status: 'unreachable', cause: 'redirect', detail: 'the server redirects' }
      const detail = `HTTP ${status}`
      if (status === 404 || status === 410) return { status: 'absent', detail }
      if (status === 401 || status === 403) return { status: 'withheld', detail }
      return { status: 'unreachable', cause: 'status', detail }
    },
  }
}

// Only a page has cookies and an address of its own to withhold; Cloudflare's workers refuse to be told.
const isPage: boolean = typeof globalThis.document === 'object'

async function readBody(response: Response, maxBytes: number): Promise<Reading> {
  const body = await readCapped(response, maxBytes)
  return body === undefined ? tooLarge(maxBytes) : { status: 'found', body }
}

/** The body's bytes, or undefined (and the connection dropped) when there are more than `maxBytes`. */
export async function readCapped(
  response: Response,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (response.body === null) return new Uint8Array(0)
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.length
    if (size > maxBytes) {
      await reader.cancel()
      return undefined
    }
    chunks.push(value)
  }
  return concat(chunks, size)
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const body = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return body
}
