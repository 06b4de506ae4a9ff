// Reads anchors of one chain from k of n JSON-RPC providers. No viem, no `node:`: it runs wherever `fetch` does.

import { isHashText } from '../tree/hash-text.ts'
import { chainError } from './chain-errors.ts'
import { assertFinality, type Finality, type Head, readHead } from './chain-head.ts'
import { secondsToDate } from './chain-hex.ts'
import { createEvidence, type Evidence } from './evidence-bundle.ts'
import { createJsonRpc } from './json-rpc.ts'
import { createQuorum } from './quorum.ts'
import type { AnchorFinding, AnchorQuery, AnchorReader } from './reader.ts'
import { findRegistry, registries } from './registries.ts'
import { type FoundAnchor, searchAnchor } from './registry-search.ts'
import {
  fetchProof,
  openAgreedState,
  openProvenState,
  type RegistryState,
  type RegistryStateOptions,
  readHeader,
} from './registry-state.ts'
import { recordSlot, rootSlot } from './registry-storage.ts'

export type RegistryReaderOptions = {
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
  /**
   * `storage` (default): each value from `quorum` providers. `proof`: each value with a storage proof against the
   * block that `quorum` providers agree on; not every provider offers `eth_getProof`.
   */
  readonly method?: 'storage' | 'proof'
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

/** A reader of anchors that can also capture the evidence of one. */
export type RegistryReader = AnchorReader & {
  /**
   * Header, account proof and storage proofs of a final anchor: proof without the chain, from then on.
   *
   * Nodes keep the state for about 128 blocks only: capture it when the anchor becomes final. `undefined` as for
   * `findAnchor`, and while the anchor is not final.
   */
  captureEvidence(
    query: AnchorQuery,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Evidence | undefined>
}

const ADDRESS = /^0x[0-9a-f]{40}$/
const DECIMAL = /^(0|[1-9][0-9]{0,77})$/

/**
 * Reads a WitnessAnchorRegistry over JSON-RPC.
 *
 * Believes a value only when `quorum` providers give it for the same block (or prove it), after chain id and code
 * have been checked at that block. `findAnchor` looks at the final block first and at the newest one then; a finding
 * there has `final: false`. Absence and failure differ: `undefined` is absence, every failure throws.
 *
 * @throws ERR_DPP_CHAIN_QUERY; its methods: every ERR_DPP_CHAIN_ code but ERR_DPP_CHAIN_UNTRUSTED
 */
export function createRegistryReader(options: RegistryReaderOptions): RegistryReader {
  assertFinality(options.finality)
  if (!Number.isSafeInteger(options.chainId) || options.chainId < 1)
    throw chainError('ERR_DPP_CHAIN_QUERY', 'the chain id is not a positive integer')
  const chain = `eip155:${options.chainId}`
  const known = findRegistry(chain)
  const quorum = createQuorum(options.rpcUrls, (url) => createJsonRpc(url, options), options.quorum)
  const codeHashes = options.codeHashes ?? [...new Set(registries.map(({ codeHash }) => codeHash))]
  const openState = options.method === 'proof' ? openProvenState : openAgreedState
  const headOptions = {
    chainId: options.chainId,
    maxAgeMs:
      options.maxHeadAgeMs ?? (known?.local === true ? Number.POSITIVE_INFINITY : 3_600_000),
    now: options.now ?? (() => new Date()),
  }

  async function search(query: AnchorQuery, head: Head, signal: AbortSignal | undefined) {
    const target: RegistryStateOptions = {
      quorum,
      head,
      registry: query.registry,
      codeHashes,
      signal,
    }
    const state: RegistryState = await openState(target)
    const deployBlock =
      options.deployBlock ?? (known?.address === query.registry ? known.deployBlock : undefined)
    const found = await searchAnchor(state, query, {
      quorum,
      deployBlock: BigInt(deployBlock ?? 0),
      logWindow: BigInt(options.logWindow ?? 10_000),
      signal,
    })
    return { target, found }
  }

  async function findAnchor(
    query: AnchorQuery,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<AnchorFinding | undefined> {
    assertQuery(query, options.registry)
    const final = await readHead(quorum, { ...headOptions, finality: options.finality }, signal)
    const { found } = await search(query, final, signal)
    if (found !== undefined) return toFinding(chain, query, final, found, true)
    const newest = await readHead(quorum, { ...headOptions, finality: 'latest' }, signal)
    if (newest.number <= final.number) return undefined
    const { found: recent } = await search(query, newest, signal)
    return recent === undefined ? undefined : toFinding(chain, query, newest, recent, false)
  }

  async function captureEvidence(
    query: AnchorQuery,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Evidence | undefined> {
    assertQuery(query, options.registry)
    const head = await readHead(quorum, { ...headOptions, finality: options.finality }, signal)
    const { target, found } = await search(query, head, signal)
    if (found === undefined) return undefined
    const { stateRoot, rlp: header } = await readHeader(target)
    const slots = [rootSlot(found.batchId), recordSlot(found.batchId)]
    const proof = await fetchProof(target, stateRoot, slots)
    return createEvidence({ chain, query, batchId: found.batchId, header, proof, codeHashes })
  }

  return { chain, findAnchor, captureEvidence }
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
