// Ethereum block headers: from a node's JSON to the RLP whose keccak-256 is the block hash, and what we read of it.
import type { Json, JsonObject } from '@dpp/core'
import { chainError } from './chain-errors.ts'
import { hexToBytes, keccakHex } from './chain-hex.ts'
import { bytesToBigInt, decodeRlp, encodeRlp } from './rlp.ts'

/** The part of a header that anchors need, all of it covered by the block hash. */
export type BlockHeader = {
  /** `0x` and 64 lower-case hex digits. */
  readonly hash: string
  readonly number: bigint
  readonly stateRoot: Uint8Array
  readonly timestampSeconds: bigint
}

/**
 * Reads a header from its RLP. Fields that later forks append are covered by the hash and otherwise ignored.
 *
 * @throws ERR_DPP_EVIDENCE_INVALID
 */
export function parseBlockHeader(rlp: Uint8Array): BlockHeader {
  const fields = decodeRlp(rlp)
  if (fields instanceof Uint8Array || fields.length < 15 || fields.length > 64)
    throw chainError('ERR_DPP_EVIDENCE_INVALID', 'not a block header')
  const [, , , stateRoot, , , , , number, , , timestamp] = fields
  if (
    !(stateRoot instanceof Uint8Array && stateRoot.length === 32) ||
    !(number instanceof Uint8Array && number.length <= 8) ||
    !(timestamp instanceof Uint8Array && timestamp.length <= 8)
  )
    throw chainError('ERR_DPP_EVIDENCE_INVALID', 'a block header with a malformed field')
  return {
    hash: keccakHex(rlp),
    number: bytesToBigInt(number),
    stateRoot,
    timestampSeconds: bytesToBigInt(timestamp),
  }
}

/** Fields in the order of the header's RLP; each fork appends. Quantities lose their leading zeros. */
const FIELDS: readonly (readonly [name: string, kind: 'bytes' | 'quantity'])[] = [
  ['parentHash', 'bytes'],
  ['sha3Uncles', 'bytes'],
  ['miner', 'bytes'],
  ['stateRoot', 'bytes'],
  ['transactionsRoot', 'bytes'],
  ['receiptsRoot', 'bytes'],
  ['logsBloom', 'bytes'],
  ['difficulty', 'quantity'],
  ['number', 'quantity'],
  ['gasLimit', 'quantity'],
  ['gasUsed', 'quantity'],
  ['timestamp', 'quantity'],
  ['extraData', 'bytes'],
  ['mixHash', 'bytes'],
  ['nonce', 'bytes'],
  ['baseFeePerGas', 'quantity'], // London, EIP-1559
  ['withdrawalsRoot', 'bytes'], // Shanghai, EIP-4895
  ['blobGasUsed', 'quantity'], // Cancun, EIP-4844
  ['excessBlobGas', 'quantity'],
  ['parentBeaconBlockRoot', 'bytes'], // EIP-4788
  ['requestsHash', 'bytes'], // Prague, EIP-7685
  ['blockAccessListHash', 'bytes'], // Amsterdam, EIP-7928
  ['slotNumber', 'quantity'], // EIP-7843
]

/**
 * The RLP of the header that a node describes in JSON, once it is shown to hash to the `hash` it names.
 *
 * A field of a fork that this version does not know makes the hash differ, and the header is refused.
 *
 * @throws ERR_DPP_CHAIN_PROOF
 */
export function encodeBlockHeader(block: JsonObject): Uint8Array {
  const fields: Uint8Array[] = []
  for (const [name, kind] of FIELDS) {
    const value: Json | undefined = block[name]
    if (value === undefined || value === null) {
      if (fields.length < 15) throw chainError('ERR_DPP_CHAIN_PROOF', `the header lacks ${name}`)
      break
    }
    fields.push(hexToBytes(value, kind))
  }
  const rlp = encodeRlp(fields)
  if (keccakHex(rlp) !== block['hash'])
    throw chainError('ERR_DPP_CHAIN_PROOF', 'the header does not hash to the block hash it names')
  return rlp
}
