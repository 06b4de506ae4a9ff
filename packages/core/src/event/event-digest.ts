// The event digest: multibase base58btc of the SHA-256 multihash of the canonical event, proof included. The event's name.
import { readBase58btc } from '../encoding/base58.ts'
import { encodeMultibase } from '../encoding/multibase.ts'
import { encodeMultihash, isMultihash } from '../encoding/multihash.ts'
import { canonicalize } from '../json/canonicalize.ts'
import { sha256 } from '../signature/hash.ts'

/** The digest of a signed event. @throws what `canonicalize` throws */
export function eventDigest(event: unknown): string {
  return digestOfCanonical(canonicalize(event))
}

/** The digest of canonical text, or of its UTF-8. */
export function digestOfCanonical(canonical: string | Uint8Array): string {
  return encodeMultibase(encodeMultihash(sha256(canonical)))
}

/** Tells whether `text` has the form of an event digest: 47 characters, `zQm…`. Never throws. */
export function isEventDigest(text: unknown): text is string {
  if (typeof text !== 'string' || text.length !== 47 || !text.startsWith('zQm')) return false
  const bytes = readBase58btc(text.slice(1))
  return bytes !== undefined && isMultihash(bytes)
}
