// The two ways in which public files are written, safe to repeat after a crash or a write of unknown outcome.
import { isDppError } from '@dpp/core'
import { isSameBytes } from '../bytes.ts'
import type { StoreErrorCode } from '../errors.ts'
import type { ObjectMeta, Store } from './store.ts'

const MAX_ATTEMPTS = 5

/**
 * Stores an immutable object; finding the identical bytes there is success.
 *
 * @throws ERR_DPP_STORE_EXISTS when other bytes are there; ERR_DPP_STORE_… as the store does.
 */
export async function publishObject(
  store: Store,
  key: string,
  body: Uint8Array,
  meta: ObjectMeta,
): Promise<void> {
  try {
    await store.create(key, body, meta)
  } catch (error) {
    if (!isUndecided(error)) throw error
    const current = await store.read(key)
    if (current === undefined || !isSameBytes(current.body, body)) throw error
  }
}

/**
 * Changes a growing object by compare-and-swap: reads it, lets `change` make the new bytes from what is
 * there (`undefined`: nothing), writes them, and after a lost race or a write of unknown outcome begins
 * again from what is there then. `change` may run several times; it may throw to give up, and returns
 * the bytes that it was given when nothing needs to change.
 *
 * @throws whatever `change` throws; ERR_DPP_STORE_… as the store does, after 5 attempts.
 */
export async function updateObject(
  store: Store,
  key: string,
  change: (current: Uint8Array | undefined) => Uint8Array | Promise<Uint8Array>,
  meta: ObjectMeta,
): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    const current = await store.read(key)
    const body = await change(current?.body)
    if (current !== undefined && isSameBytes(current.body, body)) return body
    try {
      if (current === undefined) await store.create(key, body, meta)
      else await store.replace(key, body, current.token, meta)
      return body
    } catch (error) {
      if (!isUndecided(error) || attempt === MAX_ATTEMPTS) throw error
    }
  }
}

// Errors after which only reading again tells what stands there now.
function isUndecided(error: unknown): boolean {
  if (!isDppError(error)) return false
  const codes: readonly StoreErrorCode[] = [
    'ERR_DPP_STORE_EXISTS',
    'ERR_DPP_STORE_CONFLICT',
    'ERR_DPP_STORE_UNAVAILABLE',
  ]
  return codes.some((code) => code === error.code)
}
