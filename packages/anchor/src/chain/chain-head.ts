// The block that a chain is read at: the same block at k of n providers, of the right chain, final by the configured
// rule, and not frozen.
import { isJsonObject, type JsonObject } from '@dpp/core'
import { chainError } from './chain-errors.ts'
import { formatQuantity, readHash, readQuantity, secondsToDate } from './chain-hex.ts'
import type { JsonRpc } from './json-rpc.ts'
import { agree, askAll, type Quorum, tooFew } from './quorum.ts'

/** What counts as final: the chain's own word, or a number of blocks on top. */
export type Finality = 'finalized' | 'safe' | { readonly depth: number }

/** @throws ERR_DPP_CHAIN_QUERY where it is no finality that a chain can be read at */
export function assertFinality(finality: Finality): void {
  const isDepth = typeof finality === 'object' && finality !== null
  if (
    isDepth
      ? Number.isSafeInteger(finality.depth) && finality.depth >= 0
      : finality === 'safe' || finality === 'finalized'
  )
    return
  throw chainError('ERR_DPP_CHAIN_QUERY', "finality is 'finalized', 'safe' or a depth in blocks")
}

export type Head = {
  readonly number: bigint
  readonly hash: string
  readonly timestamp: Date
  /** As a node described it. Only its hash has been agreed on. */
  readonly json: JsonObject
}

export type HeadOptions = {
  readonly chainId: number
  readonly finality: Finality | 'latest'
  /** An older head is frozen. `Infinity` for a chain that makes blocks on demand. */
  readonly maxAgeMs: number
  readonly now: () => Date
}

/**
 * The newest block that `threshold` providers have reached by the rule, as all of them see it.
 *
 * @throws ERR_DPP_CHAIN_MISMATCH ERR_DPP_CHAIN_STALE ERR_DPP_CHAIN_DISAGREEMENT ERR_DPP_CHAIN_UNREACHABLE
 * ERR_DPP_CHAIN_RESPONSE
 */
export async function readHead(
  quorum: Quorum,
  options: HeadOptions,
  signal?: AbortSignal,
): Promise<Head> {
  const heads: Head[] = []
  const failures: unknown[] = []
  const ownHeads = new Map<JsonRpc, Head>()
  const isFresh = (head: Head): boolean =>
    options.now().getTime() - head.timestamp.getTime() <= options.maxAgeMs
  const common = (): Head | undefined =>
    heads.toSorted((a, b) => (a.number < b.number ? 1 : -1))[quorum.threshold - 1]
  await askAll(
    quorum,
    async (provider, stop) => {
      const head = await readOwnHead(provider, options, stop)
      ownHeads.set(provider, head)
      return head
    },
    signal,
    (outcome) => {
      if ('answer' in outcome) heads.push(outcome.answer)
      else failures.push(outcome.failure)
      // One frozen provider must not hold back the others: the rest get a moment, and all their time if need be.
      const candidate = common()
      return candidate !== undefined && isFresh(candidate) ? 'soon' : 'wait'
    },
  )
  const target = common()
  if (target === undefined) throw tooFew(quorum, failures)
  if (!isFresh(target))
    throw chainError(
      'ERR_DPP_CHAIN_STALE',
      `the newest common block, ${target.number}, is of ${target.timestamp.toISOString()}: the chain or its providers stand still`,
    )
  return agree(
    quorum,
    async (provider, stop) => {
      const own = ownHeads.get(provider)
      if (own?.number === target.number) return own
      await assertChain(provider, options.chainId, stop)
      return readBlock(provider, formatQuantity(target.number), stop)
    },
    ({ hash }) => hash,
    signal,
  )
}

/** The block of a number or tag at one provider. @throws ERR_DPP_CHAIN_UNREACHABLE where it has none */
export async function readBlock(
  provider: JsonRpc,
  which: string,
  signal?: AbortSignal,
): Promise<Head> {
  const block = await provider.request('eth_getBlockByNumber', [which, false], signal)
  if (block === null)
    throw chainError('ERR_DPP_CHAIN_UNREACHABLE', `${provider.name}: has no block ${which}`)
  if (!isJsonObject(block))
    throw chainError('ERR_DPP_CHAIN_RESPONSE', `${provider.name}: a block that is not an object`)
  const number = readQuantity(block['number'])
  if (which.startsWith('0x') && number !== BigInt(which))
    throw chainError('ERR_DPP_CHAIN_RESPONSE', `${provider.name}: another block than ${which}`)
  return {
    number,
    hash: readHash(block['hash']),
    timestamp: secondsToDate(readQuantity(block['timestamp'])),
    json: block,
  }
}

/** @throws ERR_DPP_CHAIN_MISMATCH where the provider serves another chain */
export async function assertChain(
  provider: JsonRpc,
  chainId: number,
  signal?: AbortSignal,
): Promise<void> {
  const found = readQuantity(await provider.request('eth_chainId', [], signal))
  if (found !== BigInt(chainId))
    throw chainError(
      'ERR_DPP_CHAIN_MISMATCH',
      `${provider.name}: serves chain ${found}, not ${chainId}`,
    )
}

async function readOwnHead(
  provider: JsonRpc,
  { chainId, finality }: HeadOptions,
  signal: AbortSignal,
): Promise<Head> {
  await assertChain(provider, chainId, signal)
  if (typeof finality === 'string') return readBlock(provider, finality, signal)
  const tip = readQuantity(await provider.request('eth_blockNumber', [], signal))
  const depth = BigInt(finality.depth)
  return readBlock(provider, formatQuantity(tip > depth ? tip - depth : 0n), signal)
}
