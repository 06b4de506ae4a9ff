// Where WitnessAnchorRegistry keeps what (docs/spec/registry.md, "Storage"): slot 0 the count, slot 1 the roots,
// slot 2 `timestamp << 160 | anchorer`. Readers read these slots, because a slot can be proven and a call cannot.
import { fromHex, toHex } from '@dpp/core'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { formatWord } from './chain-hex.ts'

/** Slot of `batchCount`. */
export const BATCH_COUNT_SLOT: string = formatWord(0n)

/** Slot of `roots[batchId]`. Solidity: the slot of `map[key]` is keccak-256(key ‖ slot of the map). */
export function rootSlot(batchId: bigint): string {
  return mappingSlot(batchId, 1n)
}

/** Slot of the record of `batchId`: who and when. */
export function recordSlot(batchId: bigint): string {
  return mappingSlot(batchId, 2n)
}

/** Takes the record's slot value apart. */
export function decodeRecord(word: bigint): { anchorer: string; timestampSeconds: bigint } {
  const anchorer = `0x${(word & ((1n << 160n) - 1n)).toString(16).padStart(40, '0')}`
  return { anchorer, timestampSeconds: word >> 160n }
}

function mappingSlot(key: bigint, slot: bigint): string {
  const preimage = fromHex(`${formatWord(key).slice(2)}${formatWord(slot).slice(2)}`)
  return `0x${toHex(keccak_256(preimage))}`
}
