// From signed to mined: sends recorded bytes, again and again if need be, until one of them is in a block or it is final
// that none of them ever will be.
import type { Head } from '../chain/chain-head.ts'
import type { AnchorRecord, SignedTransaction } from './journal.ts'
import { findOwnAnchor, sightTransactions } from './own-anchor.ts'
import { newestOf, signFill, signReplacement } from './prepare.ts'
import {
  ask,
  isRejection,
  readFinal,
  readLatest,
  readNonce,
  save,
  type WriterContext,
  wait,
} from './writer-context.ts'

/** Broadcasts the newest recorded bytes. After an answer of any kind they may be out there. */
export async function send(context: WriterContext, record: AnchorRecord): Promise<AnchorRecord> {
  const transaction = newestOf(record)
  if (transaction === undefined) return record
  const refusal = await broadcast(context, transaction)
  const { notice: _, ...rest } = record
  // "Already known" and "nonce too low" are refusals too: `watch` finds out what they mean from the chain's state.
  if (refusal === undefined) return save(context, { ...rest, state: 'sent' })
  const notice = { code: 'ERR_DPP_ANCHOR_REJECTED', message: refusal } as const
  return save(context, { ...rest, state: 'sent', notice })
}

/** Looks what became of the transactions: mined, waiting, dropped, stuck, or impossible. */
export async function watch(context: WriterContext, record: AnchorRecord): Promise<AnchorRecord> {
  const sighting = await sightTransactions(context, record)
  const { notice: _, ...rest } = record
  if (sighting.status === 'anchored')
    return save(context, { ...rest, state: 'mined', ...sighting.location })

  const head = await readLatest(context)
  const nonce = await readNonce(context, head)
  const own = newestOf(record)
  if (own === undefined) return record
  if (sighting.status === 'reverted') {
    const why = `${sighting.transactionHash} was reverted: a new attempt follows once that is final`
    return retire(context, record, own, 'ERR_DPP_ANCHOR_REVERTED', why)
  }
  if (nonce > own.nonce) {
    const why = `nonce ${own.nonce} was used by a transaction that is not ours: a new attempt follows once that is final`
    return retire(context, record, own, 'ERR_DPP_ANCHOR_NONCE_TAKEN', why)
  }
  if ((await ask(context, 'eth_getTransactionByHash', [own.hash])) === null) {
    // Dropped from the pool, or never there. The same bytes again can only do what they were signed for.
    const refusal = await broadcast(context, own)
    if (refusal !== undefined && !isOverdue(context, own, head))
      return wait(context, record, 'ERR_DPP_ANCHOR_REJECTED', refusal)
  }
  if (!isOverdue(context, own, head)) return record
  if (nonce < own.nonce) return closeGap(context, record, nonce, own.nonce, head)
  return signReplacement(context, record, own, head)
}

/**
 * Gives an attempt up, but only when it is final that its nonce went to something else and that the root is not ours
 * on the chain: until then a reorg could bring it back, and a second attempt would anchor twice.
 */
async function retire(
  context: WriterContext,
  record: AnchorRecord,
  own: SignedTransaction,
  code: 'ERR_DPP_ANCHOR_REVERTED' | 'ERR_DPP_ANCHOR_NONCE_TAKEN',
  message: string,
): Promise<AnchorRecord> {
  const anchored = await findOwnAnchor(context, record)
  if (anchored !== undefined) {
    const { notice: _, ...rest } = record
    return save(context, { ...rest, state: 'mined', ...anchored })
  }
  const isFinal = (await readNonce(context, await readFinal(context))) > own.nonce
  if (!isFinal) return wait(context, record, code, message)
  const { nonce: _, ...rest } = record
  return save(context, { ...rest, state: 'prepared', notice: { code, message } })
}

/** A wider gap is no reorg but a lie or a mistake, and filling it costs money. */
const MAX_FILLS = 64

/** Nonces below ours that nobody holds keep us out of every block: they are filled. */
async function closeGap(
  context: WriterContext,
  record: AnchorRecord,
  from: number,
  to: number,
  head: Head,
): Promise<AnchorRecord> {
  const others = (await context.journal.pending()).filter(({ root }) => root !== record.root)
  const held = new Set(others.flatMap(({ transactions }) => transactions.map(({ nonce }) => nonce)))
  if (held.has(from)) return record // One of our own goes first, and has its own steps.
  if (to - from > MAX_FILLS) {
    const why = `nonces ${from} to ${to - 1} are empty: too many to be filled without being asked`
    return wait(context, record, 'ERR_DPP_ANCHOR_NONCE_GAP', why)
  }
  const fill = newestOf(record, 'fill', from)
  let next = record
  if (fill === undefined) next = await signFill(context, record, from, head)
  else if (isOverdue(context, fill, head)) next = await signReplacement(context, record, fill, head)
  const newest = newestOf(next, 'fill', from)
  if (newest === undefined) return next
  const refusal = await broadcast(context, newest)
  const why = `nonces ${from} to ${to - 1} are empty: filling ${from}${refusal === undefined ? '' : ` (${refusal})`}`
  return wait(context, next, 'ERR_DPP_ANCHOR_NONCE_GAP', why)
}

/** Sends recorded bytes; returns the node's refusal. A failure to reach the node is thrown: nothing is known then. */
async function broadcast(
  context: WriterContext,
  { raw }: SignedTransaction,
): Promise<string | undefined> {
  try {
    await ask(context, 'eth_sendRawTransaction', [raw])
    return undefined
  } catch (error) {
    if (isRejection(error)) return error.message
    throw error
  }
}

/** Waited long enough, while the chain moved: a chain that stands still is not outbid. */
function isOverdue(context: WriterContext, transaction: SignedTransaction, head: Head): boolean {
  const waitedMs = context.now().getTime() - Date.parse(transaction.signedAt)
  const limitMs = context.fees.replaceAfterMs ?? 60_000
  return waitedMs >= limitMs && head.number > BigInt(transaction.signedAtBlock)
}
