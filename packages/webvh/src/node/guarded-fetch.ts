// A `fetch` that cannot be steered into private networks: it looks names up itself and dials only what it checked.
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { DppError } from '@dpp/core'
import { Agent, type Dispatcher, request } from 'undici'
import { defaultLimits } from '../log/limits.ts'
import type { Fetch } from '../resolution/fetch-file.ts'
import { isPublicAddress } from './public-address.ts'

export type GuardedFetchOptions = {
  /** Bytes of one body; the connection is closed when more arrive. */
  readonly maxBytes?: number
  readonly timeoutMs?: number
  /**
   * Origins (`http://127.0.0.1:8080`) that may be private and plain HTTP, for development and tests. Empty by default.
   */
  readonly allowOrigins?: readonly string[]
  /** How names are looked up; the system's resolver by default. Its answers are checked whatever it is. */
  readonly lookup?: typeof systemLookup
}

/**
 * Makes a `fetch` for untrusted DIDs.
 *
 * HTTPS only; no IP literals, credentials or `localhost`; every address of a name must be public, and the one that was
 * checked is the one that is dialled; redirects are returned, not followed; answers in a content coding are refused,
 * so a small body cannot grow; size and time are limited in all.
 * The result rejects with ERR_DPP_FETCH_REFUSED, ERR_DPP_FETCH_LIMIT, ERR_DPP_FETCH_TIMEOUT or ERR_DPP_FETCH_FAILED.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): Fetch {
  const {
    maxBytes = defaultLimits.maxBytes,
    timeoutMs = defaultLimits.timeoutMs,
    allowOrigins = [],
  } = options
  const guarded = new Agent({ connect: { lookup: guardedLookup(options.lookup ?? systemLookup) } })
  const open = new Agent()
  return async (input, init) => {
    const url = new URL(input)
    const isAllowed = allowOrigins.includes(url.origin)
    if (!isAllowed) checkUrl(url)
    const signal = AbortSignal.any([
      AbortSignal.timeout(Math.ceil(timeoutMs)),
      ...(init.signal ? [init.signal] : []),
    ])
    try {
      const { method, body } = init
      const headers = { ...(init.headers as Record<string, string>), 'accept-encoding': 'identity' }
      const answer = await request(url, {
        dispatcher: isAllowed ? open : guarded,
        method: (method ?? 'GET') as Dispatcher.HttpMethod,
        body: typeof body === 'string' ? body : null,
        headers,
        signal,
      })
      return await readResponse(answer, maxBytes)
    } catch (error) {
      throw toDppError(error, timeoutMs)
    }
  }
}

function checkUrl(url: URL): void {
  const host = url.hostname
  if (url.protocol !== 'https:') throw refused('only https is allowed')
  if (url.username !== '' || url.password !== '') throw refused('the URL holds credentials')
  // A lookup is never asked about an IP literal, so literals end here. WHATWG parsing has made all spellings one.
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) throw refused('the host is an IP address')
  if (/(?:^|\.)localhost\.?$/.test(host)) throw refused('the host is localhost')
}

// All addresses are asked for and all must be public: one private answer among them is an attack or a mistake.
function guardedLookup(lookup: typeof systemLookup): LookupFunction {
  return (hostname, options: LookupOptions, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return done(error, '', 0)
      const [first] = addresses
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
        return done(refused('the host name leads to an address that is not public'), '', 0)
      }
      // The checked addresses are handed to the dialler: no second lookup, no rebinding.
      return options.all ? done(null, addresses) : done(null, first.address, first.family)
    })
  }
}

async function readResponse(answer: Dispatcher.ResponseData, maxBytes: number): Promise<Response> {
  // Destroying a body makes it emit an error, which nobody else listens to: unheard, it would end the process.
  answer.body.on('error', () => undefined)
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value))
  const coding = headers.get('content-encoding')?.toLowerCase() ?? 'identity'
  const isTooLarge = Number(headers.get('content-length') ?? 0) > maxBytes
  if (coding !== 'identity' || isTooLarge) {
    answer.body.destroy()
    if (isTooLarge) throw tooLarge(maxBytes)
    throw refused('the answer has a content coding that was not asked for')
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes) // Leaving the loop destroys the stream.
    chunks.push(chunk)
  }
  const hasBody = ![101, 204, 205, 304].includes(answer.statusCode)
  return new Response(hasBody ? Buffer.concat(chunks) : null, {
    status: answer.statusCode,
    headers,
  })
}

function toDppError(error: unknown, timeoutMs: number): DppError {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof DppError) return each
    if (each.name === 'TimeoutError')
      return new DppError('ERR_DPP_FETCH_TIMEOUT', `no complete answer within ${timeoutMs} ms`)
  }
  return new DppError('ERR_DPP_FETCH_FAILED', 'the request failed', { cause: error })
}

function tooLarge(maxBytes: number): DppError {
  return new DppError('ERR_DPP_FETCH_LIMIT', `the body is larger than ${maxBytes} bytes`)
}

function refused(reason: string): DppError {
  return new DppError('ERR_DPP_FETCH_REFUSED', `the request was not sent: ${reason}`)
}
