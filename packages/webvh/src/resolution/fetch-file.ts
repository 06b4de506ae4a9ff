// The only place of this entry that does I/O: one GET with limits on size and time, no redirects, coded failures.
import { canonicalize, DppError, isDppError, type JsonObject } from '@dpp/core'
import { mapOrigin, type Origins } from '../identifier/origins.ts'
import { defaultLimits, type Limits } from '../log/limits.ts'

/** The part of the `fetch` function that is needed; any standard `fetch` will do. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** How a file is fetched: the injected `fetch`, where hosts really are, and the limits. */
export type FetchOptions = {
  /** On a server use the guarded one of `@dpp/webvh/node`: a DID is an untrusted string. */
  readonly fetch: Fetch
  readonly origins?: Origins | undefined
  readonly signal?: AbortSignal | undefined
  readonly limits?: Partial<Limits> | undefined
  /** Headers to send, such as `cache-control` to pass caches by. */
  readonly headers?: { readonly [name: string]: string } | undefined
}

/** A file that was fetched, with its media type as the server states it. */
export type FetchedFile = { readonly body: Uint8Array; readonly contentType: string }

/**
 * Fetches a file. Redirects are refused; the size is checked before and while it is read; time is limited in all.
 *
 * Only `https:` URLs are accepted, unless the caller's own `origins` lead elsewhere.
 * @throws ERR_DPP_FETCH_NOT_FOUND (404 and 410), ERR_DPP_FETCH_STATUS, ERR_DPP_FETCH_FAILED, ERR_DPP_FETCH_TIMEOUT,
 * ERR_DPP_FETCH_LIMIT, ERR_DPP_FETCH_REFUSED
 */
export function fetchFile(url: string, options: FetchOptions): Promise<FetchedFile> {
  return request(url, { method: 'GET', accepted: [200] }, options)
}

/** A request, and the status codes that mean success. */
export type RequestKind = {
  readonly method: 'GET' | 'POST'
  readonly accepted: readonly number[]
  readonly body?: JsonObject | undefined
}

/** Sends a request under the rules of `fetchFile`. @throws as `fetchFile` */
export async function request(
  url: string,
  kind: RequestKind,
  options: FetchOptions,
): Promise<FetchedFile> {
  const { maxBytes, timeoutMs } = { ...defaultLimits, ...options.limits }
  const target = mapOrigin(url, options.origins)
  // HTTPS only; an origin that the caller maps is the caller's decision.
  if (target === url && !url.startsWith('https://'))
    throw fail('REFUSED', 'only https URLs are fetched')
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs))
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout])
  try {
    const response = await untilAborted(
      options.fetch(target, requestInit(kind, options.headers, signal)),
      signal,
    )
    checkStatus(response, kind.accepted)
    const body = await untilAborted(readBody(response, maxBytes), signal)
    return { body, contentType: response.headers.get('content-type') ?? '' }
  } catch (error) {
    if (timeout.aborted) throw fail('TIMEOUT', `no complete answer within ${timeoutMs} ms`, error)
    if (isDppError(error)) throw error
    throw fail(
      'FAILED',
      options.signal?.aborted ? 'the request was aborted' : 'the request failed',
      error,
    )
  }
}

function requestInit(
  { method, body }: RequestKind,
  headers: FetchOptions['headers'],
  signal: AbortSignal,
): RequestInit {
  const common = { method, redirect: 'manual', credentials: 'omit', signal } as const
  if (body === undefined) return { ...common, headers: { ...headers } }
  return {
    ...common,
    headers: { ...headers, 'content-type': 'application/json' },
    body: canonicalize(body),
  }
}

// An injected `fetch` may not heed the signal; the time limit holds all the same.
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

function checkStatus(response: Response, accepted: readonly number[]): void {
  const { status, type } = response
  if (accepted.includes(status)) return
  discard(response)
  if (status === 404 || status === 410) throw fail('NOT_FOUND', `the server answered ${status}`)
  if (type === 'opaqueredirect' || (status >= 300 && status < 400))
    throw fail('REFUSED', 'the server redirects')
  throw fail('STATUS', `the server answered ${status}`)
}

async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = (): DppError => fail('LIMIT', `the body is larger than ${maxBytes} bytes`)
  // Content-Length first; the stream is counted all the same, because the header cannot be relied upon.
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    discard(response)
    throw tooLarge()
  }
  if (response.body === null) return new Uint8Array()
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concat(chunks, size)
    size += value.length
    if (size > maxBytes) {
      reader.cancel().catch(() => undefined)
      throw tooLarge()
    }
    chunks.push(value)
  }
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}

/** Ends a response whose body is of no use; a failure to do so is of no consequence. */
function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}

function fail(
  kind: 'REFUSED' | 'TIMEOUT' | 'FAILED' | 'NOT_FOUND' | 'STATUS' | 'LIMIT',
  message: string,
  cause?: unknown,
): DppError {
  return new DppError(`ERR_DPP_FETCH_${kind}`, message, { cause })
}
