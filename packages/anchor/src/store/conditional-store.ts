// A store over a service of objects that writes conditionally (S3, Azure Blob): what the two adapters share.
//
// No answer to a conditional write can be taken at its word. 5xx and time-outs may come after the write; a 409, 412
// or 404 may answer a repetition, by a proxy or by us, of a write that was done. So every write carries an id of its
// own in the object's metadata, and after any failure the object is looked at: our id there means that it was done.
import { encodeUtf8, invariant, isDppError, toHex } from '@dpp/core'
import { copyBytes } from '../bytes.ts'
import { storeError } from '../errors.ts'
import { collectBody, streamChunks } from './body-chunks.ts'
import { createGate, type Gate } from './gate.ts'
import {
  isStrongTag,
  type ObjectService,
  type ObjectWrite,
  requireTag,
  type Version,
} from './object-service.ts'
import {
  assertStoreKey,
  assertStorePrefix,
  conflictError,
  existsError,
  type ObjectMeta,
  type Store,
  type StoredObject,
} from './store.ts'

export type ConditionalStoreOptions = {
  /** Put before every key: `a/b` or `a/b/`; none unless told. */
  readonly prefix?: string
  /** Time for one request, body included; 10 seconds unless told. */
  readonly timeoutMs?: number
  /** How often a request is sent before the service counts as unavailable; 4 unless told. */
  readonly attempts?: number
  /** How many requests run at a time, the others wait; 32 unless told. */
  readonly parallel?: number
  /** Most bytes of one object that is read; 64 MiB unless told. */
  readonly maxBytes?: number
}

type Context = {
  readonly service: ObjectService
  readonly gate: Gate
  readonly timeoutMs: number
  readonly attempts: number
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000
const LONGEST_PATH_BYTES = 1024 // Of both services.

/** Makes the store. @throws ERR_DPP_STORE_KEY_INVALID for a prefix that is none */
export function createConditionalStore(
  service: ObjectService,
  options: ConditionalStoreOptions = {},
): Store {
  const { prefix: given = '', timeoutMs = 10_000, attempts = 4, parallel = 32 } = options
  invariant(attempts >= 1 && parallel >= 1, 'a store tries once at least, one request at a time')
  assertStorePrefix(given)
  const prefix = given === '' || given.endsWith('/') ? given : `${given}/`
  const context: Context = { service, gate: createGate(parallel), timeoutMs, attempts }
  const pathOf = (key: string): string => {
    assertStoreKey(key)
    const path = prefix + key
    if (encodeUtf8(path).length <= LONGEST_PATH_BYTES) return path
    throw storeError('ERR_DPP_STORE_KEY_INVALID', 'prefix and key are too long together')
  }
  const write = async (
    key: string,
    body: Uint8Array,
    meta: ObjectMeta,
    token: string | undefined,
  ): Promise<{ token: string }> => {
    const writeId = toHex(crypto.getRandomValues(new Uint8Array(16)))
    const copy = copyBytes(body) // The caller's own may change while we wait or try again.
    const attempt = { path: pathOf(key), body: copy, meta, token, writeId }
    return { token: await context.gate(() => settleWrite(context, key, attempt)) }
  }
  return {
    async read(key) {
      const path = pathOf(key)
      const { maxBytes = 64 * 2 ** 20 } = options
      const get = (signal: AbortSignal) => readObject(service, path, maxBytes, signal)
      return await context.gate(() => persist(context, `GET ${key}`, get))
    },
    async create(key, body, meta) {
      return await write(key, body, meta, undefined)
    },
    async replace(key, body, token, meta) {
      assertStoreKey(key)
      if (!isStrongTag(token)) throw conflictError(key)
      return await write(key, body, meta, token)
    },
    async remove(key) {
      const path = pathOf(key)
      const send = (signal: AbortSignal) => service.remove(path, signal)
      await context.gate(() => persist(context, `DELETE ${key}`, send))
    },
    async *list(under) {
      assertStorePrefix(under)
      let from: string | undefined
      do {
        const request = (signal: AbortSignal) => service.list(prefix + under, from, signal)
        const page = await context.gate(() => persist(context, `list ${under}`, request))
        if (page === undefined || (page.next !== undefined && page.next === from)) {
          throw storeError(
            'ERR_DPP_STORE_UNAVAILABLE',
            'the listing ends nowhere or goes in circles',
          )
        }
        for (const path of page.paths) {
          const key = path.slice(prefix.length)
          if (isStoreKey(key)) yield key // Others may keep objects in the same bucket under any names.
        }
        from = page.next
      } while (from !== undefined)
    },
  }
}

async function readObject(
  service: ObjectService,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<StoredObject> {
  const { status, tag, length, body } = await service.get(path, signal)
  if (status !== 200) {
    body?.destroy?.() // Frees the connection. A 206 is a part, and nobody asked for one.
    throw storeError('ERR_DPP_STORE_UNAVAILABLE', `the service answered ${status} to GET`)
  }
  const limits = { what: `GET ${path}`, maxBytes, announced: length }
  return { body: await collectBody(streamChunks(body, signal), limits), token: requireTag(tag) }
}

// Sends the write until it is known to be done or known to have lost. Repeating it is harmless: it is the same write
// under the same condition, and only one of the attempts can meet it.
async function settleWrite(context: Context, key: string, write: ObjectWrite): Promise<string> {
  const { service, attempts } = context
  let doubt: unknown
  let isUnmatched = false // Refused although the version that it names stands there.
  for (let attempt = 0; attempt < attempts; attempt++) {
    await pause(attempt)
    try {
      return await request(context, (signal) => service.put(write, signal))
    } catch (error) {
      if (service.classify(error) === 'refused')
        throw failure(`PUT ${key}`, doubt ?? error, doubt === undefined)
      doubt = error
    }
    const found = await look(context, write.path)
    isUnmatched = found !== 'unknown' && write.token !== undefined
    if (found === 'unknown') continue
    if (found?.writeId === write.writeId) return found.token
    if (found?.token !== write.token)
      throw write.token === undefined ? existsError(key) : conflictError(key)
  }
  throw failure(`PUT ${key}`, doubt, false, isUnmatched ? service.hint : undefined)
}

async function look(context: Context, path: string): Promise<Version | undefined | 'unknown'> {
  try {
    return await request(context, (signal) => context.service.head(path, signal))
  } catch (error) {
    return context.service.classify(error) === 'absent' ? undefined : 'unknown'
  }
}

// For requests that can be repeated without harm. `undefined`: absent, said by the service.
async function persist<T>(
  context: Context,
  what: string,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  for (let attempt = 0; ; attempt++) {
    await pause(attempt)
    try {
      return await request(context, send)
    } catch (error) {
      const kind = context.service.classify(error)
      if (kind === 'absent') return undefined
      if (kind === 'refused' || attempt + 1 >= context.attempts) {
        throw failure(what, error, kind === 'refused')
      }
    }
  }
}

// The time limit holds even where a client overlooks its signal, for example while it looks for credentials.
async function request<T>(
  { timeoutMs }: Context,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`no complete answer within ${timeoutMs} ms`)
      over.abort(error)
      reject(error)
    }, timeoutMs)
  })
  try {
    return await Promise.race([send(over.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

// Nothing before the first attempt, then a random time up to a limit that doubles: losers of a race spread out.
async function pause(attempt: number): Promise<void> {
  if (attempt === 0) return
  const limitMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))
  await new Promise((resolve) => setTimeout(resolve, Math.random() * limitMs))
}

// The client's error itself is not passed on: it holds the request, with signatures and signed URLs in it.
function failure(what: string, error: unknown, refused: boolean, hint?: string): Error {
  if (isDppError(error)) return error
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown failure'
  const message = `${what} failed${hint === undefined ? '' : ` (${hint})`}: ${cause.split('\n')[0]}`
  const code = refused ? 'ERR_DPP_STORE_REFUSED' : 'ERR_DPP_STORE_UNAVAILABLE'
  return storeError(code, message, { cause: new Error(cause) })
}

function isStoreKey(key: string): boolean {
  try {
    assertStoreKey(key)
    return true
  } catch {
    return false
  }
}
