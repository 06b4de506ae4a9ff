// What every step of the writer works with, and the few questions that it asks the chain.
import { type DppError, isDppError, isJsonObject, type Json } from '@dpp/core'
import { encodeBlockHeader, parseBlockHeader } from '../chain/block-header.ts'
import { chainError } from '../chain/chain-errors.ts'
import { type Finality, type Head, readBlock, readHead } from '../chain/chain-head.ts'
import { hexToBytes, keccakHex, readQuantity } from '../chain/chain-hex.ts'
import { readAccount } from '../chain/evidence-proof.ts'
import type { JsonRpc } from '../chain/json-rpc.ts'
import { assertCode, parseNodes } from '../chain/registry-state.ts'
import type { AnchorNoticeCode } from './errors.ts'
import type { FeeOptions } from './fees.ts'
import type { AnchorJournal, AnchorRecord } from './journal.ts'
import type { TransactionSigner } from './transaction.ts'

export type WriterContext = {
  readonly rpc: JsonRpc
  readonly chainId: number
  readonly chain: string
  readonly registry: string
  readonly anchorer: string
  readonly account: TransactionSigner
  readonly journal: AnchorJournal
  readonly finality: Finality
  readonly fees: FeeOptions
  readonly codeHashes: readonly string[]
  readonly lookBackBlocks: bigint
  readonly logWindow: bigint
  readonly now: () => Date
  readonly signal?: AbortSignal | undefined
}

/** One call, under the step's signal. */
export function ask(
  context: WriterContext,
  method: string,
  params: readonly Json[],
): Promise<Json> {
  return context.rpc.request(method, params, context.signal)
}

/** The node's newest block. */
export function readLatest(context: WriterContext): Promise<Head> {
  return readBlock(context.rpc, 'latest', context.signal)
}

/** The newest final block. However old: a chain that stands still is waited for. */
export function readFinal(context: WriterContext): Promise<Head> {
  return readHead(
    { providers: [context.rpc], threshold: 1 },
    {
      chainId: context.chainId,
      finality: context.finality,
      maxAgeMs: Number.POSITIVE_INFINITY,
      now: context.now,
    },
    context.signal,
  )
}

/**
 * The relayer's next nonce at a block, proven against that block's header where the node gives proofs.
 *
 * A wrong answer would make us sign the same root under a second nonce while the first can still be mined.
 *
 * @throws ERR_DPP_CHAIN_DISAGREEMENT where count and proof differ
 */
export async function readNonce(context: WriterContext, head: Head): Promise<number> {
  const { anchorer } = context
  const at = { blockHash: head.hash }
  const counted = readQuantity(await ask(context, 'eth_getTransactionCount', [anchorer, at]))
  const proven = await proveNonce(context, head)
  if (proven !== undefined && proven !== counted)
    throw chainError(
      'ERR_DPP_CHAIN_DISAGREEMENT',
      `the node counts ${counted} transactions of ${anchorer} and proves ${proven}`,
    )
  if (counted > BigInt(Number.MAX_SAFE_INTEGER))
    throw chainError('ERR_DPP_CHAIN_RESPONSE', 'a nonce that no account has')
  return Number(counted)
}

/** @throws ERR_DPP_CHAIN_CODE where the registry's address holds no or other code */
export async function assertRegistryCode(context: WriterContext): Promise<void> {
  const { codeHashes, registry } = context
  const code = hexToBytes(await ask(context, 'eth_getCode', [registry, 'latest']), 'bytes')
  // A call to an address without code succeeds and anchors nothing.
  assertCode(registry, keccakHex(code), codeHashes)
}

/** Saves and returns the record: every step ends with it. */
export async function save(context: WriterContext, record: AnchorRecord): Promise<AnchorRecord> {
  await context.journal.save(record)
  return record
}

/** Records why nothing moves, once. */
export async function wait(
  context: WriterContext,
  record: AnchorRecord,
  code: AnchorNoticeCode,
  message: string,
): Promise<AnchorRecord> {
  if (record.notice?.code === code && record.notice.message === message) return record
  return save(context, { ...record, notice: { code, message } })
}

/** Whether the node answered, and refused. */
export function isRejection(error: unknown): error is DppError {
  return isDppError(error) && error.code === 'ERR_DPP_CHAIN_REJECTED'
}

async function proveNonce(context: WriterContext, head: Head): Promise<bigint | undefined> {
  const { anchorer } = context
  if (head.number === 0n) return undefined // anvil's genesis header has no state root to prove anything under.
  let stateRoot: Uint8Array
  let answer: Json
  try {
    stateRoot = parseBlockHeader(encodeBlockHeader(head.json)).stateRoot
    answer = await ask(context, 'eth_getProof', [anchorer, [], { blockHash: head.hash }])
  } catch (error) {
    // The header of a fork newer than this release, or a node without proofs: the count has to do.
    if (isRejection(error) || (isDppError(error) && error.code === 'ERR_DPP_CHAIN_PROOF'))
      return undefined
    throw error
  }
  const proof = parseNodes(isJsonObject(answer) ? answer['accountProof'] : undefined)
  try {
    return readAccount(stateRoot, anchorer, proof)?.nonce ?? 0n
  } catch (cause) {
    if (!isDppError(cause)) throw cause
    throw chainError('ERR_DPP_CHAIN_PROOF', `the proof of our nonce: ${cause.message}`, { cause })
  }
}
