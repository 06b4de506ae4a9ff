// Writes of a file that may only grow: a log, ours or a mirror. What is published is the beginning of what replaces it,
// byte for byte, or nothing is written.
import { type Store, updateObject } from '@dpp/anchor'
import { decodeUtf8, encodeUtf8 } from '@dpp/core'
import { logMeta } from '../storage-keys.ts'

export type GrowOutcome =
  /** The file now begins with the text, or did so already. */
  | { readonly kind: 'published' }
  /** The file holds something that is not a beginning of the text, and still does. */
  | { readonly kind: 'diverged'; readonly published: string }

/**
 * Publishes `text` at `key` if what is there is a beginning of it.
 *
 * @throws ERR_DPP_STORE_… when the store fails, or when other writers won every attempt.
 */
export async function growLog(store: Store, key: string, text: string): Promise<GrowOutcome> {
  const body = encodeUtf8(text)
  let outcome: GrowOutcome = { kind: 'published' }
  function grow(current: Uint8Array | undefined): Uint8Array {
    const published = current === undefined ? '' : decodeUtf8(current)
    outcome = { kind: 'published' }
    if (current === undefined || text.startsWith(published)) return body
    if (published.startsWith(text)) return current // Somebody published more of the same log in the meantime.
    outcome = { kind: 'diverged', published }
    return current // Unchanged: nothing is written.
  }
  await updateObject(store, key, grow, logMeta)
  return outcome
}
