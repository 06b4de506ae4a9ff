// Recursive length prefix (Ethereum yellow paper, appendix B), strict: every byte string has one encoding.

import { concatBytes } from '../tree/concat-bytes.ts'
import { chainError } from './chain-errors.ts'

export type RlpItem = Uint8Array | readonly RlpItem[]

/** Encodes a byte string or a list. */
export function encodeRlp(item: RlpItem): Uint8Array {
  if (!(item instanceof Uint8Array)) {
    const payload = concatBytes(item.map(encodeRlp))
    return concatBytes([encodeLength(payload.length, 0xc0), payload])
  }
  const [first] = item
  if (item.length === 1 && first !== undefined && first < 0x80) return item
  return concatBytes([encodeLength(item.length, 0x80), item])
}

/**
 * Decodes exactly one item that fills `bytes`.
 *
 * Refuses trailing bytes, lengths that are not minimal, a prefix before a single byte below 0x80, and nesting
 * deeper than any node or header has.
 *
 * @throws ERR_DPP_EVIDENCE_INVALID
 */
export function decodeRlp(bytes: Uint8Array): RlpItem {
  const { item, end } = decodeAt(bytes, 0, bytes.length, 0)
  if (end !== bytes.length) throw invalid('bytes after the item')
  return item
}

/** Minimal big-endian bytes of a number: zero is the empty string. */
export function encodeQuantity(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array()
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** Big-endian bytes to a number. */
export function bytesToBigInt(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

const MAX_DEPTH = 16

function decodeAt(
  bytes: Uint8Array,
  start: number,
  limit: number,
  depth: number,
): { item: RlpItem; end: number } {
  if (depth > MAX_DEPTH) throw invalid('nested too deeply')
  const prefix = bytes[start]
  if (prefix === undefined || start >= limit) throw invalid('it ends early')
  if (prefix < 0x80) return { item: bytes.subarray(start, start + 1), end: start + 1 }
  const isList = prefix >= 0xc0
  const { from, end } = decodeLength(bytes, start, limit, isList ? 0xc0 : 0x80)
  if (!isList) {
    const item = bytes.subarray(from, end)
    const [first] = item
    if (item.length === 1 && first !== undefined && first < 0x80) throw invalid('a needless prefix')
    return { item, end }
  }
  const items: RlpItem[] = []
  let next = from
  while (next < end) {
    const child = decodeAt(bytes, next, end, depth + 1)
    items.push(child.item)
    next = child.end
  }
  return { item: items, end }
}

function decodeLength(
  bytes: Uint8Array,
  start: number,
  limit: number,
  base: 0x80 | 0xc0,
): { from: number; end: number } {
  const short = (bytes[start] ?? 0) - base
  if (short <= 55) {
    const end = start + 1 + short
    if (end > limit) throw invalid('it ends early')
    return { from: start + 1, end }
  }
  const size = short - 55
  const from = start + 1 + size
  if (size > 4 || from > limit) throw invalid('it ends early')
  const length = bytes.subarray(start + 1, from).reduce((sum, byte) => sum * 256 + byte, 0)
  if (bytes[start + 1] === 0 || length <= 55) throw invalid('a length that is not minimal')
  if (from + length > limit) throw invalid('it ends early')
  return { from, end: from + length }
}

function encodeLength(length: number, base: 0x80 | 0xc0): Uint8Array {
  if (length <= 55) return Uint8Array.of(base + length)
  const size = encodeQuantity(BigInt(length))
  return concatBytes([Uint8Array.of(base + 55 + size.length), size])
}

function invalid(what: string): Error {
  return chainError('ERR_DPP_EVIDENCE_INVALID', `not RLP: ${what}`)
}
