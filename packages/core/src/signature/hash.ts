// SHA-256 (FIPS 180-4), by the runtime's own code where it has a synchronous one.
import {
  sha256 as backendSha256,
  sha256Blocks as backendSha256Blocks,
  toHex as backendToHex,
} from '#backend'
import { DppError, invariant } from '../errors.ts'

/** SHA-256 of bytes, or of a text's UTF-8. Returns 32 fresh bytes. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return backendSha256(data)
}

/**
 * SHA-256 of `prefix` (one byte) and each block of `blockBytes` bytes: 32 bytes a block, one after the
 * other, into the beginning of `out`. For Merkle levels: the blocks stay in one flat buffer.
 */
export function sha256Blocks(
  prefix: number,
  blocks: Uint8Array,
  blockBytes: number,
  out: Uint8Array,
): void {
  invariant(blockBytes > 0 && blocks.length % blockBytes === 0, 'whole blocks')
  invariant(out.length >= (blocks.length / blockBytes) * 32, 'room for every hash')
  backendSha256Blocks(prefix, blocks, blockBytes, out)
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return backendToHex(bytes)
}

/**
 * Reads lower-case hexadecimal; refuses upper case, odd lengths and prefixes, so that bytes have one spelling.
 *
 * @throws DppError `ERR_DPP_ENCODING_INVALID`
 */
export function fromHex(text: string): Uint8Array {
  if (typeof text !== 'string' || text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) {
    throw new DppError('ERR_DPP_ENCODING_INVALID', 'not lower-case hexadecimal of whole bytes')
  }
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = digitValue(text.charCodeAt(2 * i)) * 16 + digitValue(text.charCodeAt(2 * i + 1))
  }
  return bytes
}

/** The value of a digit that was looked at: `0` is 48, `a` is 97. Many times as fast as `parseInt` of a slice. */
function digitValue(digit: number): number {
  return digit < 58 ? digit - 48 : digit - 87
}
