// Finds an anchor in a registry. Hints and logs only say where to look: what counts is what the registry holds.
import { isDppError, isJsonObject, type Json } from '@dpp/core'
import { chainError } from './chain-errors.ts'
import { readBlock } from './chain-head.ts'
import { formatQuantity, readQuantity } from './chain-hex.ts'
import { agree, type Quorum } from './quorum.ts'
import type { AnchorQuery } from './reader.ts'
import { ANCHORED_BY_TOPIC, addressWord } from './registry-abi.ts'
import type { AnchorRecord, RegistryState } from './registry-state.ts'

/** A batch that holds the root. */
export type FoundAnchor = AnchorRecord & { readonly batchId: bigint }

export type SearchOptions = {
  readonly quorum: Quorum
  /** First block that can hold an anchor. */
  readonly deployBlock: bigint
  /** Blocks per `eth_getLogs`; halved where a provider refuses. */
  readonly logWindow: bigint
  readonly signal?: AbortSignal | undefined
}

/** Every root is read where that takes few calls, or no more than the logs would: it shows absence by itself. */
const FEW_CALLS = 64
const MAX_SCAN = 10_000n

/** Batches that are looked through around a hinted block. */
const NEARBY = 64n

/** Batches that are read at once. */
const CHUNK = 32

/** More logs than this in one window are a provider's attempt to keep us busy. */
const MAX_LOGS = 10_000

/** After a reorg an anchor may stand in a later block than its hint says, by up to this. */
const REORG_SLACK_SECONDS = 3_600n

/**
 * The anchor that the query asks for at the state's block: the hinted batch, else the earliest match.
 *
 * `undefined` means that it is not there: every root was read, or `threshold` providers have no log of it.
 */
export async function searchAnchor(
  state: RegistryState,
  query: AnchorQuery,
  options: SearchOptions,
): Promise<FoundAnchor | undefined> {
  const count = await state.readCount()
  const matchOf = (ids: readonly bigint[]): Promise<FoundAnchor | undefined> =>
    firstMatch(
      state,
      query,
      ids.filter((id) => id < count),
    )
  if (query.batchId !== undefined) {
    const hinted = await matchOf([BigInt(query.batchId)])
    if (hinted !== undefined) return hinted
  }
  const blocks = state.head.number - options.deployBlock + 1n
  const windows = blocks > 0n ? Number(blocks / options.logWindow) + 1 : 0
  if (count <= MAX_SCAN && state.callsFor(Number(count)) <= Math.max(FEW_CALLS, windows))
    return matchOf(range(0n, count))
  if (query.blockNumber !== undefined && BigInt(query.blockNumber) <= state.head.number) {
    const block = BigInt(query.blockNumber)
    for (const findIds of [
      () => readLogs(query, block, block, options),
      () => idsAfter(state, count, block, options),
    ]) {
      // A hint that leads nowhere is no failure: the search goes on without it.
      const near = await findIds().then(matchOf).catch(ignoreFailure)
      options.signal?.throwIfAborted()
      if (near !== undefined) return near
    }
  }
  let window = options.logWindow
  for (let from = options.deployBlock; from <= state.head.number; ) {
    const last = from + window - 1n
    const to = last < state.head.number ? last : state.head.number
    const ids = await readLogs(query, from, to, options).catch((failure: unknown) => {
      if (from === to || !isRefusal(failure)) throw failure
      return undefined
    })
    if (ids === undefined) {
      window = (to - from + 1n) / 2n // Every provider has a limit of its own, in blocks or in results.
      continue
    }
    const found = await matchOf(ids)
    if (found !== undefined) return found
    from = to + 1n
  }
  return undefined
}

/** The lowest of the ids that hold the root, from the anchorer if one is asked for. */
async function firstMatch(
  state: RegistryState,
  query: AnchorQuery,
  ids: readonly bigint[],
): Promise<FoundAnchor | undefined> {
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = ids.slice(start, start + CHUNK)
    const roots = await state.readRoots(chunk)
    const candidates = chunk.filter((_, index) => roots[index] === query.root)
    if (candidates.length === 0) continue
    const records = await state.readRecords(candidates)
    for (const [index, batchId] of candidates.entries()) {
      const record = records[index]
      if (record === undefined || record.timestampSeconds === 0n) continue
      if (query.anchorer === undefined || query.anchorer === record.anchorer)
        return { batchId, ...record }
    }
  }
  return undefined
}

/** Batch ids whose logs name the root, as `threshold` providers tell them, ascending. */
async function readLogs(
  { registry, root, anchorer }: AnchorQuery,
  from: bigint,
  to: bigint,
  { quorum, signal }: SearchOptions,
): Promise<readonly bigint[]> {
  const filter = {
    address: registry,
    fromBlock: formatQuantity(from),
    toBlock: formatQuantity(to),
    topics: [ANCHORED_BY_TOPIC, anchorer === undefined ? null : addressWord(anchorer), root],
  }
  return agree(
    quorum,
    async (provider, stop) => readBatchIds(await provider.request('eth_getLogs', [filter], stop)),
    (ids) => ids.join(),
    signal,
  )
}

function readBatchIds(logs: Json): readonly bigint[] {
  if (!Array.isArray(logs) || logs.length > MAX_LOGS)
    throw chainError('ERR_DPP_CHAIN_RESPONSE', 'logs that are not a list of moderate length')
  const ids = logs.map((log: Json) => {
    const topics = isJsonObject(log) ? log['topics'] : undefined
    return readQuantity(Array.isArray(topics) ? topics[3] : undefined)
  })
  return [...new Set(ids)].sort((a, b) => (a < b ? -1 : 1))
}

/** Ids anchored in the hinted block or soon after it, by binary search: `timestamps` never decrease with the id. */
async function idsAfter(
  state: RegistryState,
  count: bigint,
  block: bigint,
  { quorum, signal }: SearchOptions,
): Promise<readonly bigint[]> {
  const { timestamp } = await agree(
    quorum,
    (provider, stop) => readBlock(provider, formatQuantity(block), stop),
    ({ hash }) => hash,
    signal,
  )
  const seconds = BigInt(timestamp.getTime() / 1_000)
  const start = await lowerBound(state, count, seconds)
  const end = await lowerBound(state, count, seconds + REORG_SLACK_SECONDS)
  return range(start, end < start + NEARBY ? end : start + NEARBY)
}

async function lowerBound(state: RegistryState, count: bigint, seconds: bigint): Promise<bigint> {
  let low = 0n
  let high = count
  while (low < high) {
    const middle = (low + high) / 2n
    const [record] = await state.readRecords([middle])
    if (record === undefined || record.timestampSeconds < seconds) low = middle + 1n
    else high = middle
  }
  return low
}

function range(from: bigint, to: bigint): readonly bigint[] {
  const ids: bigint[] = []
  for (let id = from; id < to; id += 1n) ids.push(id)
  return ids
}

function ignoreFailure(failure: unknown): undefined {
  if (!isDppError(failure)) throw failure
}

function isRefusal(failure: unknown): boolean {
  return isDppError(failure) && failure.code === 'ERR_DPP_CHAIN_REJECTED'
}
