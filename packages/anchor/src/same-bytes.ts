// Equality of public bytes: hashes and files. Not for secrets, since the time it takes tells where they differ.
import { isBytes } from '@dpp/core'

/** Tells whether two values are the same bytes. Never throws. */
export function isSameBytes(a: unknown, b: unknown): boolean {
  return isBytes(a) && isBytes(b) && a.length === b.length && a.every((byte, i) => byte === b[i])
}
