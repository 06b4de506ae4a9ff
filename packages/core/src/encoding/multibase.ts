// Multibase (draft-multiformats-multibase): base58btc out; base58btc and base64url in, canonical forms only.

import { DppError } from '../errors.ts'
import { decodeBase58btc, encodeBase58btc } from './base58.ts'

/** Encodes bytes as multibase `z` (base58btc). */
export function encodeMultibase(bytes: Uint8Array): string {
  return `z${encodeBase58btc(bytes)}`
}

/**
 * Decodes multibase `z` (base58btc) or `u` (base64url without padding).
 *
 * @throws DppError `ERR_DPP_ENCODING_INVALID` for another prefix, a foreign character, padding, stray bits, excessive length.
 */
export function decodeMultibase(text: string): Uint8Array {
  const prefix = typeof text === 'string' ? text[0] : undefined
  if (prefix === 'z') return decodeBase58btc(text.slice(1))
  if (prefix === 'u') return decodeBase64url(text.slice(1))
  throw new DppError(
    'ERR_DPP_ENCODING_INVALID',
    'multibase must start with z (base58btc) or u (base64url)',
  )
}

/**
 * Decodes base64url without padding (RFC 4648 §5), refusing stray bits in the last character (§3.5).
 *
 * @throws DppError `ERR_DPP_ENCODING_INVALID`
 */
export function decodeBase64url(text: string): Uint8Array {
  const length = Math.floor((text.length * 3) / 4)
  const bytes = new Uint8Array(length)
  let bits = 0
  let buffer = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const digit = alphabet.indexOf(text[i] as string)
    if (digit === -1)
      throw new DppError('ERR_DPP_ENCODING_INVALID', 'not base64url without padding')
    buffer = ((buffer << 6) | digit) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = buffer >>> bits
    }
  }
  // A lone last character holds no whole byte; bits beyond the last byte must be zero, or one value had several texts.
  if (text.length % 4 === 1 || (buffer & ((1 << bits) - 1)) !== 0) {
    throw new DppError('ERR_DPP_ENCODING_INVALID', 'base64url with stray bits')
  }
  return bytes
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
