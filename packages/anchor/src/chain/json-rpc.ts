// A JSON-RPC 2.0 client over `fetch` that believes nothing about the other side: one overall time limit, a size
// limit, strict JSON, and a code for each way to fail. It never tells failures apart by their message.

import { isDppError, isJsonObject, type Json, parseStrict } from '@dpp/core'
import { concatBytes } from '../tree/concat-bytes.ts'
import { chainError } from './chain-errors.ts'

/** One JSON-RPC endpoint. */
export type JsonRpc = {
  /** Host of the endpoint: URLs often hold an access key and must not reach logs. */
  readonly name: string
  /**
   * @throws ERR_DPP_CHAIN_UNREACHABLE ERR_DPP_CHAIN_RESPONSE ERR_DPP_CHAIN_REJECTED, and the reason of an
   * aborted `signal`. After the first two it is unknown whether the call had its effect.
   */
  request(method: string, params: readonly Json[], signal?: AbortSignal): Promise<Json>
}

export type JsonRpcOptions = {
  readonly fetch?: typeof globalThis.fetch
  /** For the whole exchange, body included. */
  readonly timeoutMs?: number
  readonly maxBytes?: number
}

/** Opens nothing: each request is one POST. */
export function createJsonRpc(url: string, options: JsonRpcOptions = {}): JsonRpc {
  const { timeoutMs = 10_000, maxBytes = 4 * 1024 * 1024 } = options
  const post = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const { endpoint, name, authorization } = parseEndpoint(url)
  let id = 0

  async function request(
    method: string,
    params: readonly Json[],
    signal?: AbortSignal,
  ): Promise<Json> {
    signal?.throwIfAborted()
    id += 1
    const asked = id // Other requests run meanwhile.
    const limit = AbortSignal.timeout(timeoutMs)
    const stop = signal === undefined ? limit : AbortSignal.any([signal, limit])
    let bytes: Uint8Array
    let status: number
    try {
      const init: RequestInit = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify({ jsonrpc: '2.0', id: asked, method, params }),
        redirect: 'manual', // An endpoint that moved is configured anew, not followed. Workers know no 'error'.
        signal: stop,
      }
      const response = await abortable(post(endpoint, init), stop)
      status = response.status
      bytes = await readBody(`${name}: ${method}`, response, maxBytes, stop)
    } catch (cause) {
      signal?.throwIfAborted()
      if (isDppError(cause)) throw cause
      const why = limit.aborted ? `no answer within ${timeoutMs} ms` : 'request failed'
      throw chainError('ERR_DPP_CHAIN_UNREACHABLE', `${name}: ${method}: ${why}`, { cause })
    }
    return readAnswer(name, method, asked, status, bytes, maxBytes)
  }

  return { name, request }
}

function readAnswer(
  name: string,
  method: string,
  id: number,
  status: number,
  bytes: Uint8Array,
  maxBytes: number,
): Json {
  const at = `${name}: ${method}`
  let answer: Json
  try {
    answer = parseStrict(bytes, { maxBytes, maxMembers: 1_000_000 })
  } catch (cause) {
    // 429 and 5xx come with any body. HTML with status 200 is a proxy or a captive portal.
    if (status !== 200)
      throw chainError('ERR_DPP_CHAIN_UNREACHABLE', `${at}: HTTP ${status}`, { cause })
    throw chainError('ERR_DPP_CHAIN_RESPONSE', `${at}: the answer is not JSON`, { cause })
  }
  if (isJsonObject(answer) && isJsonObject(answer['error'])) {
    const { code, message } = answer['error']
    if (status === 429 || status >= 500)
      throw chainError('ERR_DPP_CHAIN_UNREACHABLE', `${at}: HTTP ${status}`)
    const text = typeof message === 'string' ? message.slice(0, 300) : ''
    throw chainError('ERR_DPP_CHAIN_REJECTED', `${at}: ${String(code)} ${text}`)
  }
  if (status !== 200) throw chainError('ERR_DPP_CHAIN_UNREACHABLE', `${at}: HTTP ${status}`)
  // JSON-RPC 2.0 §5: the id of the request, and a result. An answer to another question is no answer.
  if (!isJsonObject(answer) || answer['id'] !== id || answer['result'] === undefined)
    throw chainError('ERR_DPP_CHAIN_RESPONSE', `${at}: not a JSON-RPC answer to this request`)
  return answer['result']
}

/** Ends with the signal even where an injected `fetch` does not look at it. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop)
  }
}

async function readBody(
  at: string,
  response: Response,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const reader = response.body?.getReader()
  if (reader === undefined) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await abortable(reader.read(), signal)
      if (done) break
      size += value.length
      if (size > maxBytes)
        throw chainError('ERR_DPP_CHAIN_RESPONSE', `${at}: more than ${maxBytes} bytes`)
      chunks.push(value)
    }
  } finally {
    reader.cancel().catch(() => {}) // Already failed or done: nothing more to say about it.
  }
  return concatBytes(chunks)
}

/** Takes name and password out of the URL: `fetch` refuses them there, and repeats the URL in its error. */
function parseEndpoint(url: string): {
  endpoint: string
  name: string
  authorization: Record<string, string>
} {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw chainError('ERR_DPP_CHAIN_QUERY', 'an RPC endpoint is not a URL')
  }
  const { host, username, password } = parsed
  parsed.username = ''
  parsed.password = ''
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const authorization: Record<string, string> =
    credentials === ':' ? {} : { authorization: `Basic ${btoa(credentials)}` }
  return { endpoint: parsed.href, name: host, authorization }
}
