// Leaves and nodes of the Merkle tree: RFC 9162 §2.1.1 over SHA-256, and the one kind of leaf there is (`webvh-entry-jcs`).
import { canonicalize, isBytes, type JsonObject, parseStrict, sha256 } from '@dpp/core'
import { isSameBytes } from '../bytes.ts'
import { anchorError } from '../errors.ts'

/** Bytes of one hash. */
export const HASH_BYTES = 32

/** The root of the tree without leaves, RFC 9162 §2.1.1: `SHA-256()`. A fresh copy per call. */
export function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array(0))
}

/** The leaf hash of `data`: `SHA-256(0x00 ‖ data)`; a string means its UTF-8 bytes. */
export function hashLeaf(data: Uint8Array | string): Uint8Array {
  if (typeof data === 'string') return sha256(`\0${data}`) // U+0000 is the byte 0x00.
  const input = new Uint8Array(1 + data.length)
  input.set(data, 1)
  return sha256(input)
}

/**
 * The hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)`.
 *
 * The first byte differs from a leaf's, so that no inner node passes for a leaf (second preimage).
 *
 * @throws ERR_DPP_HASH_INVALID unless both have 32 bytes.
 */
export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (!isHash(left) || !isHash(right))
    throw anchorError('ERR_DPP_HASH_INVALID', 'a hash has 32 bytes')
  const input = new Uint8Array(1 + 2 * HASH_BYTES)
  input[0] = 0x01
  input.set(left, 1)
  input.set(right, 1 + HASH_BYTES)
  return sha256(input)
}

/**
 * The leaf hash of one did:webvh log entry: leaf data is the JCS of the entry, **proof included**.
 *
 * Takes the parsed entry or the text of its line; the text is parsed strictly and written again, so
 * that a line which is not JCS gives the same leaf as its value. A verifier computes this itself and
 * never takes a leaf hash from a file.
 *
 * @throws ERR_DPP_JSON_… when the text or the value is not I-JSON.
 */
export function entryLeafHash(entry: JsonObject | string): Uint8Array {
  return hashLeaf(canonicalize(typeof entry === 'string' ? parseStrict(entry) : entry))
}

/** Orders two hashes by their bytes: the order of the leaves in a batch. */
export function compareHashes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < HASH_BYTES; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Tells whether two values are the same hash. Never throws. */
export function isSameHash(a: unknown, b: unknown): boolean {
  return isHash(a) && isSameBytes(a, b)
}

/** Tells whether a value is 32 bytes. */
export function isHash(value: unknown): value is Uint8Array {
  return isBytes(value) && value.length === HASH_BYTES
}
