// Random identifiers for events (RFC 9562).
import { toHex } from '../signature/hash.ts'

/** A fresh `urn:uuid:` (RFC 9562, version 4), also where a page without TLS has no `crypto.randomUUID`. */
export function createUrnUuid(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40 // RFC 9562 §5.4: version 4
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80 // §4.1: variant 10
  const hex = toHex(bytes)
  return `urn:uuid:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`
}
