// The search for an anchor that every reader of a registry makes: at the final block first, at the newest one then.
// How the registry is read at a block is the caller's: by proofs, by slots or by calls.
import { isHashText } from '../tree/hash-text.ts'
import { chainError } from './chain-errors.ts'
import { assertFinality, type Finality, type Head, readHead } from './chain-head.ts'
import { secondsToDate } from './chain-hex.ts'
import { createJsonRpc } from './json-rpc.ts'
import { createQuorum } from './quorum.ts'
import type { AnchorFinding, AnchorQuery, AnchorReader } from './reader.ts'
import { findRegistry, registries } from './registries.ts'
import { type FoundAnchor, searchAnchor } from './registry-search.ts'
import type { OpenState, RegistryStateOptions } from './registry-state.ts'

export type RegistryLookupOptions = {
  /** JSON-RPC endpoints of independent providers. */
  readonly rpcUrls: readonly string[]
  readonly chainId: number
  /** The only registry that is read, where given. A query names its own. */
  readonly registry?: string
  /** What counts as final: `finalized` on a live chain. */
  readonly finality: Finality
  /** How many providers must agree. Default: a majority. */
  readonly quorum?: number
  /** Per call. Default 10 s. */
  readonly timeoutMs?: number
  /** Accepted code of the registry, keccak-256. Default: that of every release of the contract. */
  readonly codeHashes?: readonly string[]
  /** Where a search through logs begins. Default: what the chain registry knows, else 0. */
  readonly deployBlock?: string
  /** Blocks per `eth_getLogs`. Default 10,000. */
  readonly logWindow?: number
  /** An older final block means that the chain stands still. Default 1 h; no limit on a local chain. */
  readonly maxHeadAgeMs?: number
  readonly now?: () => Date
  readonly fetch?: typeof globalThis.fetch
}

/** What was found at one block, and how that block is read further. */
export type Search = {
  readonly target: RegistryStateOptions
  readonly found: FoundAnchor | undefined
}

/** A reader, and the search at the final block alone that more is built on. */
export type RegistryLookup = AnchorReader & {
  searchFinal(query: AnchorQuery, signal: AbortSignal | undefined): Promise<Search>
}

const ADDRESS = /^0x[0-9a-f]{40}$/
const DECIMAL = /^(0|[1-9][0-9]{0,77})$/

/**
 * Reads a registry through `openState`, after chain id and code have been checked at the block.
 *
 * A finding at the newest block has `final: false`. Absence and failure differ: `undefined` is absence, every failure
 * throws; providers that have not reached the block that the query names say nothing about it.
 *
 * @throws ERR_DPP_CHAIN_QUERY; its methods: the codes of the state, and ERR_DPP_CHAIN_STALE
 */
export function createRegistryLookup(
  options: RegistryLookupOptions,
  openState: OpenState,
): RegistryLookup {
  assertFinality(options.finality)
  if (!Number.isSafeInteger(options.chainId) || options.chainId < 1)
    throw chainError('ERR_DPP_CHAIN_QUERY', 'the chain id is not a positive integer')
  const chain = `eip155:${options.chainId}`
  const known = findRegistry(chain)
  const quorum = createQuorum(options.rpcUrls, (url) => createJsonRpc(url, options), options.quorum)
  const codeHashes = options.codeHashes ?? [...new Set(registries.map(({ codeHash }) => codeHash))]
  const headOptions = {
    chainId: options.chainId,
    maxAgeMs:
      options.maxHeadAgeMs ?? (known?.local === true ? Number.POSITIVE_INFINITY : 3_600_000),
    now: options.now ?? (() => new Date()),
  }

  async function search(
    query: AnchorQuery,
    head: Head,
    signal: AbortSignal | undefined,
  ): Promise<Search> {
    const target = { quorum, head, registry: query.registry, codeHashes, signal }
    const deployBlock =
      options.deployBlock ?? (known?.address === query.registry ? known.deployBlock : undefined)
    const found = await searchAnchor(await openState(target), query, {
      quorum,
      deployBlock: BigInt(deployBlock ?? 0),
      logWindow: BigInt(options.logWindow ?? 10_000),
      signal,
    })
    return { target, found }
  }

  async function searchFinal(query: AnchorQuery, signal: AbortSignal | undefined): Promise<Search> {
    assertQuery(query, options.registry)
    const head = await readHead(quorum, { ...headOptions, finality: options.finality }, signal)
    return search(query, head, signal)
  }

  async function findAnchor(
    query: AnchorQuery,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<AnchorFinding | undefined> {
    const { target, found } = await searchFinal(query, signal)
    if (found !== undefined) return toFinding(chain, query, target.head, found, true)
    const newest = await readHead(quorum, { ...headOptions, finality: 'latest' }, signal)
    if (newest.number > target.head.number) {
      const { found: recent } = await search(query, newest, signal)
      if (recent !== undefined) return toFinding(chain, query, newest, recent, false)
    }
    if (query.blockNumber !== undefined && BigInt(query.blockNumber) > newest.number)
      throw chainError(
        'ERR_DPP_CHAIN_STALE',
        `the newest common block is ${newest.number}, and block ${query.blockNumber} is asked about`,
      )
    return undefined
  }

  return { chain, findAnchor, searchFinal }
}

function toFinding(
  chain: string,
  { registry, root }: AnchorQuery,
  head: Head,
  { anchorer, batchId, timestampSeconds }: FoundAnchor,
  final: boolean,
): AnchorFinding {
  return {
    chain,
    registry,
    batchId: batchId.toString(),
    root,
    anchorer,
    timestamp: secondsToDate(timestampSeconds),
    block: { number: head.number.toString(), hash: head.hash, timestamp: head.timestamp },
    final,
  }
}

function assertQuery(query: AnchorQuery, only: string | undefined): void {
  const { registry, root, anchorer, batchId, blockNumber } = query
  const fits =
    ADDRESS.test(registry) &&
    (only === undefined || only.toLowerCase() === registry) &&
    isHashText(root) &&
    !/^0x0{64}$/.test(root) && // Every unknown id "holds" the zero root.
    (anchorer === undefined || ADDRESS.test(anchorer)) &&
    (batchId === undefined || DECIMAL.test(batchId)) &&
    (blockNumber === undefined || DECIMAL.test(blockNumber))
  if (!fits) throw chainError('ERR_DPP_CHAIN_QUERY', 'not a query for an anchor of this registry')
}
