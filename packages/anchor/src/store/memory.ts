// A store in memory, for tests, examples and the contract suite's own baseline.
import { copyBytes } from '../bytes.ts'
import {
  assertStoreKey,
  assertStorePrefix,
  conflictError,
  contentToken,
  existsError,
  type Store,
} from './store.ts'

/** Creates an empty store that lives as long as the object. Bodies are copied on the way in and out. */
export function createMemoryStore(): Store {
  const objects = new Map<string, Uint8Array>()

  const put = (key: string, body: Uint8Array): { token: string } => {
    const copy = copyBytes(body)
    objects.set(key, copy)
    return { token: contentToken(copy) }
  }

  return {
    async read(key) {
      assertStoreKey(key)
      const body = objects.get(key)
      return body && { body: copyBytes(body), token: contentToken(body) }
    },
    async create(key, body) {
      assertStoreKey(key)
      if (objects.has(key)) throw existsError(key)
      return put(key, body)
    },
    async replace(key, body, token) {
      assertStoreKey(key)
      const current = objects.get(key)
      if (current === undefined || contentToken(current) !== token) throw conflictError(key)
      return put(key, body)
    },
    async remove(key) {
      assertStoreKey(key)
      objects.delete(key)
    },
    async *list(prefix) {
      assertStorePrefix(prefix)
      for (const key of [...objects.keys()]) if (key.startsWith(prefix)) yield key
    },
  }
}
