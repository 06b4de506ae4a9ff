// Copies and equality of public bytes: hashes and files.
import { isBytes } from '@dpp/core'

/** A copy. Not `bytes.slice()`, which gives a view of the same memory where the bytes are a Node Buffer. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

/** Tells whether two values are the same bytes. Never throws. Not for secrets: its time tells where they differ. */
export function isSameBytes(a: unknown, b: unknown): boolean {
  return isBytes(a) && isBytes(b) && a.length === b.length && a.every((byte, i) => byte === b[i])
}
