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
  const units = convert(bytes, 256, 3, 58, 4)
  for (let i = 0; i < units.length; i++) units[i] = alphabet.charCodeAt(units[i] as number)
  return String.fromCharCode.apply(null, units as unknown as number[]) // Many times as fast as a spread.
}

/**
 * Decodes base58btc without a multibase prefix. Each byte string has exactly one such text.
 *
 * @throws DppError `ERR_DPP_ENCODING_INVALID` for a character outside the alphabet or more than 4,096 of them.
 */
export function decodeBase58btc(text: string): Uint8Array {
  const bytes = readBase58btc(text)
  if (bytes === undefined) {
    throw new DppError('ERR_DPP_ENCODING_INVALID', 'not base58btc of at most 4,096 characters')
  }
  return bytes
}

/** Decodes as {@link decodeBase58btc} does, or gives undefined. Never throws. */
export function readBase58btc(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length > maxTextLength) return undefined
  const digits = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const digit = valueOfUnit[text.charCodeAt(i)] ?? 255
    if (digit === 255) return undefined
    digits[i] = digit
  }
  return convert(digits, 58, 4, 256, 3)
}

/**
 * The digits of a number in another base, most significant first. Each zero in front of the digits gives one in front of the
 * result, which otherwise has none. Takes `atOnce` digits a step, and holds `inLimb` digits of the new base in a limb:
 * `fromBase` ** `atOnce` * `toBase` ** `inLimb` must stay below 2^53.
 */
function convert(
  digits: Uint8Array,
  fromBase: number,
  atOnce: number,
  toBase: number,
  inLimb: number,
): Uint8Array {
  const limbBase = toBase ** inLimb
  const limbs: number[] = [] // Little-endian.
  for (let i = 0; i < digits.length; ) {
    let carry = 0
    let scale = 1
    for (const end = Math.min(i + atOnce, digits.length); i < end; i++, scale *= fromBase) {
      carry = carry * fromBase + (digits[i] as number)
    }
    // The number so far, times the scale, plus the new digits.
    for (let j = 0; j < limbs.length; j++) {
      carry += (limbs[j] as number) * scale
      const high = Math.floor(carry / limbBase)
      limbs[j] = carry - high * limbBase
      carry = high
    }
    if (carry > 0) limbs.push(carry % limbBase)
    if (carry >= limbBase) limbs.push(Math.floor(carry / limbBase))
  }
  let zeros = 0
  while (digits[zeros] === 0) zeros++
  const result = new Uint8Array(zeros + limbs.length * inLimb)
  let at = result.length
  for (const limb of limbs) {
    // As 32-bit integers, which engines divide many times faster than what could be a fraction.
    for (let j = 0, rest = limb | 0; j < inLimb; j++, rest = (rest / toBase) | 0) {
      result[--at] = rest % toBase
    }
  }
  let first = zeros
  while (result[first] === 0) first++
  return result.slice(first - zeros)
}
