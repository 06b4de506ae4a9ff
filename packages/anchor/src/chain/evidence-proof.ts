// Account and storage proofs (EIP-1186) against a state root.
import { fromHex, toHex } from '@dpp/core'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { chainError } from './chain-errors.ts'
import { readTrie } from './mpt.ts'
import { bytesToBigInt, decodeRlp } from './rlp.ts'

/** Trie nodes from the state root to the account, and from its storage root to each slot. */
export type AccountProof = {
  readonly accountProof: readonly Uint8Array[]
  readonly storageProofs: readonly (readonly Uint8Array[])[]
}

/** What the state holds for an account. */
export type Account = {
  readonly nonce: bigint
  readonly storageRoot: Uint8Array
  readonly codeHash: string
}

/**
 * The account under `stateRoot`, or `undefined` when the proof shows that there is none.
 *
 * @throws ERR_DPP_EVIDENCE_INVALID
 */
export function readAccount(
  stateRoot: Uint8Array,
  address: string,
  proof: readonly Uint8Array[],
): Account | undefined {
  const value = readTrie(stateRoot, keccak_256(fromHex(address.slice(2))), proof)
  if (value === undefined) return undefined
  const fields = decodeRlp(value)
  // Yellow paper §4.1: nonce, balance, storage root, code hash.
  if (fields instanceof Uint8Array || fields.length !== 4) throw notAccount()
  const [nonce, , storageRoot, codeHash] = fields
  if (!(nonce instanceof Uint8Array) || nonce.length > 8) throw notAccount()
  if (!(storageRoot instanceof Uint8Array) || storageRoot.length !== 32) throw notAccount()
  if (!(codeHash instanceof Uint8Array) || codeHash.length !== 32) throw notAccount()
  return { nonce: bytesToBigInt(nonce), storageRoot, codeHash: `0x${toHex(codeHash)}` }
}

/**
 * The value of the slot that proof number `index` is about; zero when it shows that nothing is stored.
 *
 * @throws ERR_DPP_EVIDENCE_INVALID
 */
export function readSlot(account: AccountProof & Account, slot: string, index: number): bigint {
  const proof = account.storageProofs[index]
  if (proof === undefined)
    throw chainError('ERR_DPP_EVIDENCE_INVALID', 'a storage proof is missing')
  const value = readTrie(account.storageRoot, keccak_256(fromHex(slot.slice(2))), proof)
  if (value === undefined) return 0n
  const word = decodeRlp(value)
  if (!(word instanceof Uint8Array) || word.length > 32 || word[0] === 0)
    throw chainError('ERR_DPP_EVIDENCE_INVALID', 'a storage value that is not a word')
  return bytesToBigInt(word)
}

function notAccount(): Error {
  return chainError('ERR_DPP_EVIDENCE_INVALID', 'the proof leads to something that is no account')
}
