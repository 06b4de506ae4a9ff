// Base58 in the Bitcoin alphabet (draft-msporny-base58): the text form of keys, digests and signatures.
//
// Positional conversion with several digits at a time: a 24-bit limb times 58^4 stays below 2^53, so plain numbers do.
import { DppError } from '../errors.ts'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const valueOfUnit: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, unit) =>
  alphabet.indexOf(String.fromCharCode(unit)),
) // 255 for characters outside the alphabet.

// The conversion takes quadratic time, so its input is bounded. Keys, digests and signatures take at most 88 characters.
const maxTextLength = 4096
const maxByteLength = 2990

/**
 * Encodes bytes as base58btc, without a multibase prefix.
 *
 * @throws DppError `ERR_DPP_ENCODING_INVALID` for more than 2,990 bytes.
 */
export function encodeBase58btc(bytes: Uint8Array): string {
  if (bytes.length > maxByteLength) {
    throw new DppError('ERR_DPP_ENCODING_INVALID', 'too long for base58btc')
  }
  const limbs: number[] = [] // Little-endian, base 58^4.
  for (let i = 0; i < bytes.length; ) {
    let carry = 0
    let scale = 1
    for (const end = Math.min(i + 3, bytes.length); i < end; i++, scale *= 256) {
      carry = carry * 256 + (bytes[i] as number)
    }
    carryInto(limbs, carry, scale, encodingBase)
  }
  let text = ''
  for (const limb of limbs) {
    let rest = limb
    for (let digit = 0; digit < 4; digit++, rest = Math.floor(rest / 58))
      text = alphabet[rest % 58] + text
  }
  let zeros = 0
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++
  return '1'.repeat(zeros) + text.replace(/^1+/, '')
}

/**
 * Decodes base58btc without a multibase prefix. Each byte string has exactly one such text.
 *
 * @throws DppError `ERR_DPP_ENCODING_INVALID` for a character outside the alphabet or more than 4,096 of them.
 */
export function decodeBase58btc(text: string): Uint8Array {
  if (typeof text !== 'string' || text.length > maxTextLength) {
    throw new DppError('ERR_DPP_ENCODING_INVALID', 'too long for base58btc')
  }
  const limbs: number[] = [] // Little-endian, base 2^24.
  for (let i = 0; i < text.length; ) {
    let carry = 0
    let scale = 1
    for (const end = Math.min(i + 4, text.length); i < end; i++, scale *= 58) {
      const unit = text.charCodeAt(i)
      const digit = unit < 128 ? (valueOfUnit[unit] as number) : 255
      if (digit === 255) throw new DppError('ERR_DPP_ENCODING_INVALID', 'not base58btc')
      carry = carry * 58 + digit
    }
    carryInto(limbs, carry, scale, 0x1000000)
  }
  let zeros = 0
  while (zeros < text.length && text.charCodeAt(zeros) === 0x31) zeros++
  return bytesOfLimbs(limbs, zeros)
}

const encodingBase: number = 58 ** 4 // Four characters a limb.

/** limbs = limbs * scale + carry, in the given base. */
function carryInto(limbs: number[], carry: number, scale: number, limbBase: number): void {
  let rest = carry
  for (let i = 0; i < limbs.length; i++) {
    rest += (limbs[i] as number) * scale
    const high = Math.floor(rest / limbBase)
    limbs[i] = rest - high * limbBase
    rest = high
  }
  while (rest > 0) {
    limbs.push(rest % limbBase)
    rest = Math.floor(rest / limbBase)
  }
}

/** The bytes of a number in 24-bit limbs, most significant first, after `zeros` zero bytes. */
function bytesOfLimbs(limbs: readonly number[], zeros: number): Uint8Array {
  const top = limbs[limbs.length - 1] ?? 0
  const topLength = top > 0xffff ? 3 : top > 0xff ? 2 : top > 0 ? 1 : 0
  const length = Math.max(0, limbs.length - 1) * 3 + topLength
  const bytes = new Uint8Array(zeros + length)
  for (let i = 0; i < length; i++) {
    const limb = limbs[Math.floor(i / 3)] as number
    bytes[bytes.length - 1 - i] = limb >>> (8 * (i % 3))
  }
  return bytes
}
