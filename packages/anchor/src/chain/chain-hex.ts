// The hex forms of Ethereum's JSON-RPC: DATA (even digits) and QUANTITY (no leading zeros).
import { fromHex, type Json, toHex } from '@dpp/core'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { chainError } from './chain-errors.ts'

/** Reads DATA, or a QUANTITY as its minimal bytes. @throws ERR_DPP_CHAIN_RESPONSE */
export function hexToBytes(value: Json | undefined, kind: 'bytes' | 'quantity'): Uint8Array {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]*$/.test(value)) throw notHex(kind)
  const digits = value.slice(2).toLowerCase()
  if (kind === 'bytes') {
    if (digits.length % 2 !== 0) throw notHex(kind)
    return fromHex(digits)
  }
  const minimal = digits.replace(/^0+/, '')
  return fromHex(minimal.length % 2 === 0 ? minimal : `0${minimal}`)
}

/** Reads DATA of exactly 32 bytes as `0x` and 64 lower-case digits. @throws ERR_DPP_CHAIN_RESPONSE */
export function readHash(value: Json | undefined): string {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{64}$/.test(value)) throw notHex('hash')
  return value.toLowerCase()
}

/** Reads a QUANTITY of at most 256 bits. @throws ERR_DPP_CHAIN_RESPONSE */
export function readQuantity(value: Json | undefined): bigint {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{1,64}$/.test(value)) throw notHex('quantity')
  return BigInt(value)
}

/** Writes a QUANTITY. */
export function formatQuantity(value: bigint | number): string {
  return `0x${value.toString(16)}`
}

/** Writes a number as 32 bytes of DATA: a slot, a topic, an argument. */
export function formatWord(value: bigint): string {
  return `0x${value.toString(16).padStart(64, '0')}`
}

/** keccak-256 as `0x` and 64 lower-case digits. */
export function keccakHex(bytes: Uint8Array): string {
  return `0x${toHex(keccak_256(bytes))}`
}

/** 9999-12-31T23:59:59Z: the last second that RFC 3339 can write. */
export const MAX_SECONDS: bigint = 253_402_300_799n

/** A block's time. @throws ERR_DPP_CHAIN_RESPONSE where it is beyond what a date can be */
export function secondsToDate(seconds: bigint): Date {
  if (seconds > MAX_SECONDS)
    throw chainError('ERR_DPP_CHAIN_RESPONSE', 'the node answered a block of an impossible time')
  return new Date(Number(seconds) * 1_000)
}

function notHex(kind: string): Error {
  return chainError('ERR_DPP_CHAIN_RESPONSE', `the node answered something that is not a ${kind}`)
}
