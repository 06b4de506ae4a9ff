// The registry at one agreed block, read from its storage in one of two ways: each slot from k of n providers, or from
// any provider with a Merkle proof against that block's state root.
import { isDppError, isJsonObject, type Json } from '@dpp/core'
import { type BlockHeader, encodeBlockHeader, parseBlockHeader } from './block-header.ts'
import { chainError } from './chain-errors.ts'
import type { Head } from './chain-head.ts'
import { formatQuantity, formatWord, hexToBytes, keccakHex, readQuantity } from './chain-hex.ts'
import { type Account, type AccountProof, readAccount, readSlot } from './evidence-proof.ts'
import { agree, type Quorum, tooFew } from './quorum.ts'
import { BATCH_COUNT_SLOT, decodeRecord, recordSlot, rootSlot } from './registry-storage.ts'

/** Who anchored, and when. A time of 0 stands for an id that there is not. */
export type AnchorRecord = { readonly anchorer: string; readonly timestampSeconds: bigint }

/** What the registry holds at one block. */
export type RegistryState = {
  readonly head: Head
  /** The number of batches. */
  readCount(): Promise<bigint>
  /** Roots of batches, in the order of the ids, as `0x` and 64 digits. */
  readRoots(batchIds: readonly bigint[]): Promise<readonly string[]>
  /** Records of batches, in the order of the ids. */
  readRecords(batchIds: readonly bigint[]): Promise<readonly AnchorRecord[]>
  /** Calls to a provider that so many roots take. */
  callsFor(roots: number): number
}

/** Makes a registry readable at a block, once its code there has been checked. */
export type OpenState = (options: RegistryStateOptions) => Promise<RegistryState>

export type RegistryStateOptions = {
  readonly quorum: Quorum
  readonly head: Head
  readonly registry: string
  /** Accepted keccak-256 hashes of the contract's code, `0x` and 64 lower-case hex digits. */
  readonly codeHashes: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads slots that `quorum` agrees on, after it has agreed on the contract's code.
 *
 * @throws ERR_DPP_CHAIN_CODE where the address holds no or other code, and the codes of `agree`
 */
export async function openAgreedState(options: RegistryStateOptions): Promise<RegistryState> {
  const { quorum, head, registry, codeHashes, signal } = options
  const at = { blockHash: head.hash } // EIP-1898: exactly this block, whatever a reorg does meanwhile.
  const codeHash = await agree(
    quorum,
    async (provider, stop) => {
      const code = hexToBytes(await provider.request('eth_getCode', [registry, at], stop), 'bytes')
      return keccakHex(code)
    },
    (hash) => hash,
    signal,
  )
  assertCode(registry, codeHash, codeHashes)
  const readOne = (slot: string): Promise<bigint> =>
    agree(
      quorum,
      async (provider, stop) =>
        readQuantity(await provider.request('eth_getStorageAt', [registry, slot, at], stop)),
      (value) => formatWord(value),
      signal,
    )
  return stateOfSlots(
    head,
    (slots) => readEach(slots, readOne),
    (slots) => slots,
  )
}

/** Requests that one provider gets at once: free ones answer 429 to more. */
const AT_ONCE = 8

/** Reads one by one, a few at a time. */
export async function readEach<Item, Value>(
  items: readonly Item[],
  readOne: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const values: Value[] = []
  for (let start = 0; start < items.length; start += AT_ONCE)
    values.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(readOne))))
  return values
}

type ReadSlots = (slots: readonly string[]) => Promise<readonly bigint[]>

function stateOfSlots(
  head: Head,
  readSlots: ReadSlots,
  callsFor: (slots: number) => number,
): RegistryState {
  return {
    head,
    callsFor,
    readCount: async () => (await readSlots([BATCH_COUNT_SLOT]))[0] ?? 0n,
    readRoots: async (batchIds) => (await readSlots(batchIds.map(rootSlot))).map(formatWord),
    readRecords: async (batchIds) => (await readSlots(batchIds.map(recordSlot))).map(decodeRecord),
  }
}

/**
 * Reads slots by `eth_getProof`, checked against the header whose hash `quorum` has agreed on: one honest provider
 * is enough, and a lie is seen.
 *
 * @throws ERR_DPP_CHAIN_CODE, ERR_DPP_CHAIN_PROOF where no provider gives a proof that holds
 */
export async function openProvenState(options: RegistryStateOptions): Promise<RegistryState> {
  const { head } = options
  const header = await readHeader(options)
  const readSlots: ReadSlots = async (slots) => {
    const proof = await fetchProof(options, header.stateRoot, slots)
    return slots.map((slot, index) => readSlot(proof, slot, index))
  }
  await readSlots([]) // The account alone: its code hash is checked before anything is read.
  return stateOfSlots(head, readSlots, (slots) => Math.ceil(slots / SLOTS_PER_CALL))
}

/** Slots that one `eth_getProof` is asked for. */
const SLOTS_PER_CALL = 32

/**
 * The header behind the agreed hash, read from its own bytes: built from the JSON, or as a node gives it raw where a fork
 * newer than this release has appended fields.
 *
 * @throws ERR_DPP_CHAIN_PROOF ERR_DPP_CHAIN_RESPONSE
 */
export async function readHeader({
  quorum,
  head,
  signal,
}: Pick<RegistryStateOptions, 'quorum' | 'head' | 'signal'>): Promise<
  BlockHeader & { readonly rlp: Uint8Array }
> {
  let failure: unknown
  try {
    const rlp = encodeBlockHeader(head.json)
    return { ...parseBlockHeader(rlp), rlp }
  } catch (cause) {
    failure = cause
  }
  for (const provider of quorum.providers) {
    try {
      const number = formatQuantity(head.number)
      const answer = await provider.request('debug_getRawHeader', [number], signal)
      const rlp = hexToBytes(answer, 'bytes')
      const header = parseBlockHeader(rlp)
      if (header.hash === head.hash) return { ...header, rlp }
    } catch {
      signal?.throwIfAborted() // Most nodes do not offer it: the first failure is the one to tell.
    }
  }
  const message = `the header of block ${head.hash} cannot be had`
  throw chainError('ERR_DPP_CHAIN_PROOF', message, { cause: failure })
}

/** An account proof with the proofs of some of its slots, already shown to hold under `stateRoot`. */
export type ProvenAccount = AccountProof & Account

/** Asks the providers one after the other for a proof that holds. @throws ERR_DPP_CHAIN_CODE ERR_DPP_CHAIN_PROOF */
export async function fetchProof(
  options: RegistryStateOptions,
  stateRoot: Uint8Array,
  slots: readonly string[],
): Promise<ProvenAccount> {
  const { quorum, head, registry, codeHashes, signal } = options
  const failures: unknown[] = []
  for (const provider of quorum.providers) {
    try {
      const at = { blockHash: head.hash }
      const answer = await provider.request('eth_getProof', [registry, [...slots], at], signal)
      const proof = parseProofAnswer(answer, slots)
      const account = readAccount(stateRoot, registry, proof.accountProof)
      if (account === undefined) throw noCode(registry)
      slots.forEach((slot, index) => {
        readSlot({ ...proof, ...account }, slot, index)
      })
      assertCode(registry, account.codeHash, codeHashes)
      return { ...proof, ...account }
    } catch (failure) {
      signal?.throwIfAborted()
      if (isCodeError(failure)) throw failure // Proven: no other provider can prove otherwise.
      failures.push(failure)
    }
  }
  const failure = tooFew(quorum, failures)
  throw failure.code === 'ERR_DPP_EVIDENCE_INVALID'
    ? chainError('ERR_DPP_CHAIN_PROOF', failure.message, { cause: failure })
    : failure
}

function parseProofAnswer(answer: Json, slots: readonly string[]): AccountProof {
  if (!isJsonObject(answer)) throw malformed()
  const storage = answer['storageProof']
  if (!Array.isArray(storage) || storage.length !== slots.length) throw malformed()
  return {
    accountProof: parseNodes(answer['accountProof']),
    storageProofs: storage.map((entry: Json) => {
      if (!isJsonObject(entry)) throw malformed()
      return parseNodes(entry['proof'])
    }),
  }
}

/** Trie nodes as `eth_getProof` gives them. @throws ERR_DPP_CHAIN_RESPONSE */
export function parseNodes(nodes: Json | undefined): readonly Uint8Array[] {
  if (!Array.isArray(nodes) || nodes.length > 64) throw malformed()
  return nodes.map((node: Json) => hexToBytes(node, 'bytes'))
}

/** @throws ERR_DPP_CHAIN_CODE where the code at the registry's address is none or not accepted */
export function assertCode(registry: string, found: string, accepted: readonly string[]): void {
  if (accepted.includes(found)) return
  if (found === EMPTY_CODE_HASH || BigInt(found) === 0n) throw noCode(registry)
  throw chainError('ERR_DPP_CHAIN_CODE', `${registry} holds other code than a registry: ${found}`)
}

/** keccak-256 of no bytes: what an account without code has. An account that does not exist has 0 (EIP-1052). */
const EMPTY_CODE_HASH = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'

function noCode(registry: string): Error {
  return chainError('ERR_DPP_CHAIN_CODE', `there is no contract at ${registry} on this chain`)
}

function isCodeError(failure: unknown): boolean {
  return isDppError(failure) && failure.code === 'ERR_DPP_CHAIN_CODE'
}

function malformed(): Error {
  return chainError('ERR_DPP_CHAIN_RESPONSE', 'not the answer to eth_getProof (EIP-1186)')
}
