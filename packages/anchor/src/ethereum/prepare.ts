// Signs what is to be sent, and records it before anybody sees it.

import type { Head } from '../chain/chain-head.ts'
import { formatQuantity, readQuantity } from '../chain/chain-hex.ts'
import { type Fees, firstFees, readFeeMarket, replacementFees } from './fees.ts'
import type { AnchorRecord, SignedTransaction } from './journal.ts'
import { findOwnAnchor } from './own-anchor.ts'
import { anchorCallData, signChecked } from './transaction.ts'
import {
  ask,
  assertRegistryCode,
  readLatest,
  readNonce,
  save,
  type WriterContext,
  wait,
} from './writer-context.ts'

const FILL_GAS = 21_000n

/** Signs the first transaction of an attempt under the next free nonce; waits where fees or funds do not allow it. */
export async function signFirst(
  context: WriterContext,
  record: AnchorRecord,
): Promise<AnchorRecord> {
  await assertRegistryCode(context)
  // Never twice: the journal may be new, or an earlier attempt may have won after all.
  const anchored = await findOwnAnchor(context, record)
  if (anchored !== undefined) return save(context, { ...record, state: 'mined', ...anchored })

  const head = await readLatest(context)
  const fees = firstFees(await readFeeMarket(context.rpc, head, context.signal), context.fees)
  if (fees === undefined) return waitForFees(context, record, head)
  const gasLimit = await estimateGas(context, record.root)
  const lack = await lackingFunds(context, record, gasLimit * fees.maxFeePerGas)
  if (lack !== undefined) return wait(context, record, 'ERR_DPP_ANCHOR_BALANCE', lack)

  const nonce = await nextNonce(context, head)
  const unknown = await countUnknown(context, nonce)
  if (unknown !== undefined) return wait(context, record, 'ERR_DPP_ANCHOR_UNKNOWN_PENDING', unknown)
  const transaction = await sign(context, head, record.root, { nonce, gasLimit, fees })
  const { notice: _, ...rest } = record
  const transactions = [...record.transactions, transaction]
  return save(context, { ...rest, state: 'prepared', nonce, transactions })
}

/** Signs the same call under the same nonce for more, unless that is above the cap or beyond our funds. */
export async function signReplacement(
  context: WriterContext,
  record: AnchorRecord,
  previous: SignedTransaction,
  head: Head,
): Promise<AnchorRecord> {
  const market = await readFeeMarket(context.rpc, head, context.signal)
  const fees = replacementFees(feesOf(previous), market, context.fees)
  if (fees === undefined) return waitForFees(context, record, head)
  const { nonce } = previous
  const gasLimit = BigInt(previous.gasLimit)
  const lack = await lackingFunds(context, record, gasLimit * fees.maxFeePerGas)
  if (lack !== undefined) return wait(context, record, 'ERR_DPP_ANCHOR_BALANCE', lack)
  const root = previous.purpose === 'fill' ? undefined : record.root
  const transaction = await sign(context, head, root, { nonce, gasLimit, fees })
  const { notice: _, ...rest } = record
  return save(context, {
    ...rest,
    state: root === undefined ? 'sent' : 'prepared',
    transactions: [...record.transactions, transaction],
  })
}

/** Signs a transfer of nothing to ourselves, which uses up an empty nonce below ours. */
export async function signFill(
  context: WriterContext,
  record: AnchorRecord,
  nonce: number,
  head: Head,
): Promise<AnchorRecord> {
  const fees = firstFees(await readFeeMarket(context.rpc, head, context.signal), context.fees)
  if (fees === undefined) return waitForFees(context, record, head)
  const transaction = await sign(context, head, undefined, { nonce, gasLimit: FILL_GAS, fees })
  return save(context, {
    ...record,
    state: 'sent',
    transactions: [...record.transactions, transaction],
  })
}

/** The newest transaction of one purpose under the record's nonce, or the given one. */
export function newestOf(
  record: AnchorRecord,
  purpose: SignedTransaction['purpose'] = 'anchor',
  nonce: number | undefined = record.nonce,
): SignedTransaction | undefined {
  return record.transactions.findLast((tx) => tx.purpose === purpose && tx.nonce === nonce)
}

async function sign(
  context: WriterContext,
  head: Head,
  root: string | undefined,
  terms: { nonce: number; gasLimit: bigint; fees: Fees },
): Promise<SignedTransaction> {
  const { nonce, gasLimit, fees } = terms
  const { raw, hash } = await signChecked(context.account, {
    type: 'eip1559',
    chainId: context.chainId,
    nonce,
    to: (root === undefined ? context.anchorer : context.registry) as `0x${string}`,
    data: root === undefined ? '0x' : anchorCallData(root as `0x${string}`),
    value: 0n,
    gas: gasLimit,
    ...fees,
  })
  return {
    hash,
    raw,
    nonce,
    purpose: root === undefined ? 'fill' : 'anchor',
    gasLimit: gasLimit.toString(),
    maxFeePerGas: fees.maxFeePerGas.toString(),
    maxPriorityFeePerGas: fees.maxPriorityFeePerGas.toString(),
    signedAt: context.now().toISOString(),
    signedAtBlock: head.number.toString(),
  }
}

/** The node's estimate with a margin, inside bounds: the first anchor and gas repricings cost more than the usual one. */
async function estimateGas(context: WriterContext, root: string): Promise<bigint> {
  const call = {
    from: context.anchorer,
    to: context.registry,
    data: anchorCallData(root as `0x${string}`),
  }
  const estimate = (readQuantity(await ask(context, 'eth_estimateGas', [call])) * 5n) / 4n
  if (estimate < 100_000n) return 100_000n
  return estimate < 2_000_000n ? estimate : 2_000_000n
}

/** The chain's count, or beyond what our own records in flight hold already. */
async function nextNonce(context: WriterContext, head: Head): Promise<number> {
  const counted = await readNonce(context, head)
  const pending = await context.journal.pending()
  const held = pending.flatMap((record) => record.transactions.map(({ nonce }) => nonce + 1))
  return Math.max(counted, ...held)
}

/**
 * Transactions of the relayer in the node's pool that no record explains, as a sentence: of a lost journal, or of another
 * program. One of them may anchor this very root, so they are waited for.
 */
async function countUnknown(context: WriterContext, nonce: number): Promise<string | undefined> {
  const { anchorer } = context
  const pooled = readQuantity(await ask(context, 'eth_getTransactionCount', [anchorer, 'pending']))
  if (pooled <= BigInt(nonce)) return undefined
  return `the pool holds transactions of ${anchorer} up to nonce ${pooled - 1n} that the journal does not know: waiting for them`
}

/** What is missing for `cost` beside the other records in flight, as a sentence. */
async function lackingFunds(
  context: WriterContext,
  record: AnchorRecord,
  cost: bigint,
): Promise<string | undefined> {
  const { anchorer } = context
  const balance = readQuantity(await ask(context, 'eth_getBalance', [anchorer, 'latest']))
  const others = (await context.journal.pending()).filter(
    ({ root, state }) => root !== record.root && state !== 'mined',
  )
  const reserved = others
    .map((other) => newestOf(other))
    .reduce((sum, tx) => sum + (tx ? BigInt(tx.gasLimit) * BigInt(tx.maxFeePerGas) : 0n), 0n)
  if (balance >= cost + reserved) return undefined
  return `${anchorer} holds ${balance} wei; up to ${cost + reserved} are needed: top it up`
}

function waitForFees(
  context: WriterContext,
  record: AnchorRecord,
  head: Head,
): Promise<AnchorRecord> {
  const baseFee = readQuantity(head.json['baseFeePerGas'] ?? formatQuantity(0))
  return wait(
    context,
    record,
    'ERR_DPP_ANCHOR_FEE_CAP',
    `the base fee of ${baseFee} wei asks for more than the fee cap allows: waiting`,
  )
}

function feesOf(transaction: SignedTransaction): Fees {
  return {
    maxFeePerGas: BigInt(transaction.maxFeePerGas),
    maxPriorityFeePerGas: BigInt(transaction.maxPriorityFeePerGas),
  }
}
