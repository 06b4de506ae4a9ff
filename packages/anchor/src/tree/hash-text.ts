// The text form of a hash in every file and API of this package: `0x` and 64 lower-case hex digits.
import { fromHex, toHex } from '@dpp/core'
import { anchorError } from '../errors.ts'

const HASH_TEXT = /^0x[0-9a-f]{64}$/

/** Writes a 32-byte hash as `0x` and 64 lower-case hex digits. */
export function formatHash(hash: Uint8Array): string {
  return `0x${toHex(hash)}`
}

/**
 * Reads the text form of a hash; upper case, a missing prefix and any other length are refused.
 *
 * @throws ERR_DPP_HASH_INVALID
 */
export function parseHash(text: unknown): Uint8Array {
  if (!isHashText(text))
    throw anchorError('ERR_DPP_HASH_INVALID', 'not 0x and 64 lower-case hex digits')
  return fromHex(text.slice(2))
}

/** Tells whether `text` is the text form of a hash. */
export function isHashText(text: unknown): text is string {
  return typeof text === 'string' && HASH_TEXT.test(text)
}
