// Multihash (draft-multiformats-multihash) of SHA-256: 0x12, length 0x20, digest.
import { DppError } from '../errors.ts'

/** Wraps a 32-byte SHA-256 digest. @throws DppError `ERR_DPP_ENCODING_INVALID` for another length. */
export function encodeMultihash(digest: Uint8Array): Uint8Array {
  if (digest.length !== 32) throw new DppError('ERR_DPP_ENCODING_INVALID', 'not a sha2-256 digest')
  const bytes = new Uint8Array(34)
  bytes[0] = 0x12 // sha2-256
  bytes[1] = 0x20
  bytes.set(digest, 2)
  return bytes
}

/** Unwraps a SHA-256 multihash. @throws DppError `ERR_DPP_ENCODING_INVALID` for another algorithm or length. */
export function decodeMultihash(bytes: Uint8Array): Uint8Array {
  if (!isMultihash(bytes)) {
    throw new DppError('ERR_DPP_ENCODING_INVALID', 'not a sha2-256 multihash')
  }
  return bytes.slice(2)
}

/** Tells whether `bytes` are a SHA-256 multihash. */
export function isMultihash(bytes: Uint8Array): boolean {
  return bytes.length === 34 && bytes[0] === 0x12 && bytes[1] === 0x20
}
