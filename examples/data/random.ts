// Random choices that can be made again: everything in the data set follows from one master seed and a label, whatever
// the order in which it is asked for. That is what makes a run resumable and, with --seed, reproducible.
import { createHmac, hkdfSync } from 'node:crypto'
import { encodeUtf8 } from '@dpp/core'

/** A stream of choices. Two with the same seed and label choose alike. */
export type Random = {
  /** A whole number, both ends included. */
  readonly integer: (least: number, most: number) => number
  readonly pick: <Item>(items: readonly [Item, ...Item[]]) => Item
  readonly chance: (probability: number) => boolean
  /** A `urn:uuid:` in the form of version 4 (RFC 9562 §5.4). */
  readonly uuid: () => string
}

const SALT = 'dpp:example-data:v1'

/** 32 bytes for `label`: HKDF-SHA-256 (RFC 5869) of the master seed. */
export function deriveBytes(masterSeed: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterSeed, encodeUtf8(SALT), encodeUtf8(label), 32))
}

export function createRandom(masterSeed: Uint8Array, label: string): Random {
  const key = deriveBytes(masterSeed, `random:${label}`)
  let block = Buffer.alloc(0)
  let count = 0
  function bytes(length: number): Buffer {
    if (block.length < length) {
      const fresh = createHmac('sha256', key).update(String(count)).digest()
      count += 1
      block = Buffer.concat([block, fresh])
    }
    const taken = block.subarray(0, length)
    block = block.subarray(length)
    return taken
  }
  // 48 bits: a double holds them exactly, and the bias of the remainder is below 2^-30 for the ranges here.
  function integer(least: number, most: number): number {
    return least + (bytes(6).readUIntBE(0, 6) % (most - least + 1))
  }
  return {
    integer,
    pick: (items) => items[integer(0, items.length - 1)] ?? items[0],
    chance: (probability) => integer(0, 999_999) < probability * 1_000_000,
    uuid: () => formatUuid(Buffer.from(bytes(16))),
  }
}

function formatUuid(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `urn:uuid:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`
}
