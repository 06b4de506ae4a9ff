// Update keys: Multikey text, and its hash for pre-rotation.
import { decodeMultikey, encodeBase58btc, encodeMultihash, sha256 } from '@dpp/core'

/** Tells whether `text` is the Multikey of an Ed25519 key, the only kind that can sign a `did:webvh:1.0` entry. */
export function isUpdateKey(text: string): boolean {
  try {
    decodeMultikey(text)
    return true
  } catch {
    return false
  }
}

/** The form of a key in `nextKeyHashes`: base58btc(multihash(multikey)), over the Multikey's text. */
export function hashKey(multikey: string): string {
  return encodeBase58btc(encodeMultihash(sha256(multikey)))
}
