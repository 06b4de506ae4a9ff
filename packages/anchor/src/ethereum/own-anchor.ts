// Finds our anchor of a root on the chain: in the receipts of our transactions, or in the registry's log.
import { isJsonObject, type Json, type JsonObject } from '@dpp/core'
import { chainError } from '../chain/chain-errors.ts'
import { formatQuantity, readHash, readQuantity, secondsToDate } from '../chain/chain-hex.ts'
import { ANCHORED_BY_TOPIC, addressWord } from '../chain/registry-abi.ts'
import type { AnchorLocation, AnchorRecord } from './journal.ts'
import { ask, readLatest, type WriterContext } from './writer-context.ts'

/** What became of our transactions. */
export type Sighting =
  | { readonly status: 'anchored'; readonly location: AnchorLocation }
  | { readonly status: 'reverted'; readonly transactionHash: string }
  | { readonly status: 'unseen' }

/**
 * Looks for the receipts of everything that was signed for the root. Any of them may have won.
 *
 * The batch id comes from the log that our registry wrote about our root for our address in our transaction, and from
 * nowhere else.
 */
export async function sightTransactions(
  context: WriterContext,
  record: AnchorRecord,
): Promise<Sighting> {
  let reverted: string | undefined
  for (const { hash, nonce, purpose } of record.transactions.toReversed()) {
    if (purpose !== 'anchor') continue
    const receipt = await ask(context, 'eth_getTransactionReceipt', [hash])
    if (receipt === null) continue
    if (!isJsonObject(receipt) || readHash(receipt['transactionHash']) !== hash)
      throw chainError('ERR_DPP_CHAIN_RESPONSE', `not the receipt of ${hash}`)
    if (!(await isCanonical(context, receipt))) continue // A node may keep receipts of a lost branch.
    if (readQuantity(receipt['status']) !== 1n) {
      if (nonce === record.nonce) reverted = hash
      continue
    }
    const log = Array.isArray(receipt['logs'])
      ? receipt['logs'].find((entry: Json) => isOurLog(context, record.root, entry))
      : undefined
    if (log === undefined)
      throw chainError('ERR_DPP_CHAIN_CODE', `${hash} succeeded without anchoring: wrong contract`)
    return { status: 'anchored', location: await locate(context, log as JsonObject, hash) }
  }
  return reverted === undefined
    ? { status: 'unseen' }
    : { status: 'reverted', transactionHash: reverted }
}

/**
 * Our newest anchor of the root that the registry's log knows, whatever the journal says: over the last blocks, and as
 * far back as the first signature for it.
 */
export async function findOwnAnchor(
  context: WriterContext,
  { root, transactions }: AnchorRecord,
): Promise<AnchorLocation | undefined> {
  const head = await readLatest(context)
  const signedAt = BigInt(transactions[0]?.signedAtBlock ?? head.number)
  const recent = head.number - context.lookBackBlocks
  const since = signedAt < recent ? signedAt : recent
  const oldest = since > 0n ? since : 0n
  for (let to = head.number; ; ) {
    const first = to - context.logWindow + 1n
    const from = first > oldest ? first : oldest
    const logs = await ask(context, 'eth_getLogs', [
      {
        address: context.registry,
        fromBlock: formatQuantity(from),
        toBlock: formatQuantity(to),
        topics: [ANCHORED_BY_TOPIC, addressWord(context.anchorer), root],
      },
    ])
    if (!Array.isArray(logs)) throw chainError('ERR_DPP_CHAIN_RESPONSE', 'logs that are not a list')
    const log = logs.find((entry: Json) => isOurLog(context, root, entry))
    if (log !== undefined)
      return locate(context, log as JsonObject, readHash((log as JsonObject)['transactionHash']))
    if (from === oldest) return undefined
    to = from - 1n
  }
}

function isOurLog(context: WriterContext, root: string, entry: Json): boolean {
  if (!isJsonObject(entry) || !Array.isArray(entry['topics'])) return false
  const [signature, anchorer, logRoot] = entry['topics']
  return (
    String(entry['address']).toLowerCase() === context.registry &&
    entry['removed'] !== true &&
    signature === ANCHORED_BY_TOPIC &&
    anchorer === addressWord(context.anchorer) &&
    logRoot === root
  )
}

async function locate(
  context: WriterContext,
  log: JsonObject,
  transactionHash: string,
): Promise<AnchorLocation> {
  const topics = log['topics']
  const batchId = readQuantity(Array.isArray(topics) ? topics[3] : undefined)
  const hash = readHash(log['blockHash'])
  const block = await ask(context, 'eth_getBlockByHash', [hash, false])
  if (!isJsonObject(block))
    throw chainError('ERR_DPP_CHAIN_UNREACHABLE', `the node has no block ${hash}`)
  const time = secondsToDate(readQuantity(block['timestamp'])).toISOString()
  return {
    batchId: batchId.toString(),
    transactionHash,
    block: {
      number: readQuantity(log['blockNumber']).toString(),
      hash,
      timestamp: time.replace('.000Z', 'Z'),
    },
  }
}

async function isCanonical(context: WriterContext, receipt: JsonObject): Promise<boolean> {
  const number = readQuantity(receipt['blockNumber'])
  const block = await ask(context, 'eth_getBlockByNumber', [formatQuantity(number), false])
  return isJsonObject(block) && readHash(block['hash']) === readHash(receipt['blockHash'])
}
