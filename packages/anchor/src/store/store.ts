// The port to where public files lie. Two kinds of object: immutable ones (`create`), and the few that
// grow and need compare-and-swap (`replace` with the token of the version that was read).
import { sha256, toHex } from '@dpp/core'
import { storeError } from '../errors.ts'

/** How an object is served: see `objectMeta`. Stores keep bytes as they are; none compresses them. */
export type ObjectMeta = {
  readonly contentType: string
  readonly cacheControl: string
}

/** The bytes of an object and the opaque token of this version of it. */
export type StoredObject = {
  readonly body: Uint8Array
  readonly token: string
}

/**
 * A key-value store of small files. Every method refuses a malformed key (ERR_DPP_STORE_KEY_INVALID).
 *
 * Outage is not absence: whatever could not be done or read throws ERR_DPP_STORE_UNAVAILABLE (try
 * again later) or ERR_DPP_STORE_REFUSED (credentials, rights). After a write that threw UNAVAILABLE the
 * write may have happened: read again, compare, decide (`publishObject` and `updateObject` do so).
 */
export type Store = {
  /** The newest version of an object; `undefined` only where the store says that it is absent. */
  read(key: string): Promise<StoredObject | undefined>
  /** Stores a new object. @throws ERR_DPP_STORE_EXISTS when there is one, whatever it holds. */
  create(key: string, body: Uint8Array, meta: ObjectMeta): Promise<{ readonly token: string }>
  /** Replaces exactly the version that `token` names. @throws ERR_DPP_STORE_CONFLICT otherwise. */
  replace(
    key: string,
    body: Uint8Array,
    token: string,
    meta: ObjectMeta,
  ): Promise<{ readonly token: string }>
  /** Removes an object; nothing where there is none. Absent where a store cannot. */
  remove?(key: string): Promise<void>
  /** The keys that begin with `prefix`, in no order; absent where a store cannot list. */
  list?(prefix: string): AsyncIterable<string>
}

const SEGMENT = /^[A-Za-z0-9._-]{1,128}$/
const MAX_KEY_CHARACTERS = 512

/**
 * Refuses a key that is not a plain relative path: segments of letters, digits, `.`, `_`, `-`, none of
 * them `.` or `..`, joined by single slashes. What passes means the same to a file system, a URL and an
 * object store, so a key cannot leave its folder or be read two ways.
 *
 * @throws ERR_DPP_STORE_KEY_INVALID
 */
export function assertStoreKey(key: string): void {
  const fine =
    typeof key === 'string' &&
    key.length <= MAX_KEY_CHARACTERS &&
    key.split('/').every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..')
  if (!fine) throw storeError('ERR_DPP_STORE_KEY_INVALID', 'not a store key')
}

/** Refuses a prefix that no key begins with: empty, a key, or a key and a slash. @throws ERR_DPP_STORE_KEY_INVALID */
export function assertStorePrefix(prefix: string): void {
  if (prefix !== '') assertStoreKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix)
}

/** A version token made of the bytes themselves, for stores that have no versions of their own. */
export function contentToken(body: Uint8Array): string {
  return toHex(sha256(body))
}

/** The error of a `create` that found an object. */
export function existsError(key: string): Error {
  return storeError('ERR_DPP_STORE_EXISTS', `there is an object at ${key}`)
}

/** The error of a `replace` that found no object or another version. */
export function conflictError(key: string): Error {
  return storeError(
    'ERR_DPP_STORE_CONFLICT',
    `the object at ${key} is not the version that was read`,
  )
}
