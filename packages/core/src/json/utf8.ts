// UTF-8 (RFC 3629), both ways, refusing what is malformed.
import { isBytes } from '../encoding/bytes.ts'
import { DppError } from '../errors.ts'

const encoder = /* @__PURE__ */ new TextEncoder()
// ignoreBOM keeps a byte order mark in the text, so that the caller sees it instead of losing it.
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Encodes text as UTF-8. A lone surrogate becomes U+FFFD: canonical JSON never holds one. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/**
 * Decodes UTF-8, keeping a byte order mark as U+FEFF.
 *
 * @throws DppError `ERR_DPP_JSON_UTF8` on malformed UTF-8 or anything but bytes.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let cause: unknown
  try {
    if (isBytes(bytes)) return decoder.decode(bytes)
  } catch (error) {
    cause = error
  }
  throw new DppError('ERR_DPP_JSON_UTF8', 'not well-formed UTF-8', { cause })
}
