// A store over a service of objects that writes conditionally (S3, Azure Blob): what the two adapters share.
//
// No answer to a conditional write can be taken at its word. 5xx and time-outs may come after the write; a 409, 412
// or 404 may answer a repetition, by a proxy or by us, of a write that was done. So every write carries an id of its
// own in the object's metadata, and after any failure the object is looked at: our id there means that it was done.
import { encodeUtf8, isDppError, toHex } from '@dpp/core'
import { copyBytes } from '../bytes.ts'
import { storeError } from '../errors.ts'
import { createGate, type Gate } from './gate.ts'
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

/** One write, the same in every attempt. */
export type ObjectWrite = {
  readonly path: string
  readonly body: Uint8Array
  readonly meta: ObjectMeta
  /** The version to replace; `undefined`: there must be none. */
  readonly token: string | undefined
  /** To be kept in the object's metadata. */
  readonly writeId: string
}

/** A version of an object, and the id of the write that made it. */
export type Version = { readonly token: string; readonly writeId: string | undefined }

export type ObjectPage = {
  readonly paths: readonly string[]
  /** Where the next page begins; `undefined`: this is the last one. */
  readonly next: string | undefined
}

/**
 * What a failed request says. `absent`: there is no such object. `refused`: credentials, rights, or a bucket that is
 * not there; asking again does not help. `unknown`: everything else, above all failures after which a write may stand.
 */
export type FailureKind = 'absent' | 'refused' | 'unknown'

/** A service's requests. Each is sent once and throws the client's own error. */
export type ObjectService = {
  get(path: string, maxBytes: number, signal: AbortSignal): Promise<StoredObject>
  head(path: string, signal: AbortSignal): Promise<Version | undefined>
  put(write: ObjectWrite, signal: AbortSignal): Promise<string>
  list(prefix: string, from: string | undefined, signal: AbortSignal): Promise<ObjectPage>
  classify(error: unknown): FailureKind
  /** Added to the message where a write keeps failing although nothing stands in its way. */
  readonly hint?: string
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

// RFC 9110 §8.8.3: a strong entity tag, here without `*` and comma. `*`, a list or a weak tag in If-Match would mean
// something else, and a service that takes tags unquoted would be sent what stands between the quotes.
const STRONG_TAG = /^"[\x21\x23-\x29\x2b\x2d-\x7e]{1,128}"$/

/** Makes the store. @throws ERR_DPP_STORE_KEY_INVALID for a prefix that is none */
export function createConditionalStore(
  service: ObjectService,
  options: ConditionalStoreOptions = {},
): Store {
  const { prefix: given = '', timeoutMs = 10_000, attempts = 4, parallel = 32 } = options
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
      const get = (signal: AbortSignal) => service.get(path, maxBytes, signal)
      return await context.gate(() => readPatiently(context, `GET ${key}`, get))
    },
    async create(key, body, meta) {
      return await write(key, body, meta, undefined)
    },
    async replace(key, body, token, meta) {
      assertStoreKey(key)
      if (!STRONG_TAG.test(token)) throw conflictError(key)
      return await write(key, body, meta, token)
    },
    async *list(under) {
      assertStorePrefix(under)
      let from: string | undefined
      do {
        const request = (signal: AbortSignal) => service.list(prefix + under, from, signal)
        const page = await context.gate(() => readPatiently(context, `list ${under}`, request))
        for (const path of page?.paths ?? []) {
          const key = path.slice(prefix.length)
          if (isStoreKey(key)) yield key // Others may keep objects in the same bucket under any names.
        }
        if (page?.next !== undefined && page.next === from) {
          throw storeError('ERR_DPP_STORE_UNAVAILABLE', 'the listing goes round in circles')
        }
        from = page?.next
      } while (from !== undefined)
    },
  }
}

/** The token of a version. @throws ERR_DPP_STORE_UNAVAILABLE where a strong entity tag is missing */
export function requireTag(tag: string | undefined): string {
  if (tag !== undefined && STRONG_TAG.test(tag)) return tag
  throw storeError('ERR_DPP_STORE_UNAVAILABLE', 'the service names no strong entity tag')
}

/** Refuses an answer to GET that is not the whole object: nobody asked for a part (206). */
export function requireWhole(status: number | undefined): void {
  if (status === 200) return
  throw storeError('ERR_DPP_STORE_UNAVAILABLE', `the service answered ${status} to GET`)
}

// Sends the write until it is known to be done or known to have lost. Repeating it is harmless: it is the same write
// under the same condition, and only one of the attempts can meet it.
async function settleWrite(context: Context, key: string, write: ObjectWrite): Promise<string> {
  const { service, attempts } = context
  let doubt: unknown
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
    if (found === 'unknown') continue
    if (found?.writeId === write.writeId) return found.token
    if (found?.token !== write.token)
      throw write.token === undefined ? existsError(key) : conflictError(key)
  }
  throw failure(`PUT ${key}`, doubt, false, service.hint)
}

async function look(context: Context, path: string): Promise<Version | undefined | 'unknown'> {
  try {
    return await request(context, (signal) => context.service.head(path, signal))
  } catch (error) {
    return context.service.classify(error) === 'absent' ? undefined : 'unknown'
  }
}

// `undefined`: absent, said by the service.
async function readPatiently<T>(
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
  const message = `${what} failed${hint === undefined ? '' : ` (${hint})`}`
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
