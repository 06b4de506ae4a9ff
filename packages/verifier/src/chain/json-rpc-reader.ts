// Reads anchors from k of n JSON-RPC providers: storage proofs first, plain agreement where a provider has none.
import type { AnchorFinding, AnchorQuery, AnchorReader } from '@dpp/anchor'
import {
  createJsonRpc,
  createRegistryReader,
  type RegistryReaderOptions,
} from '@dpp/anchor/evidence'
import { DppError, isDppError } from '@dpp/core'
import type { Finality } from '../policy.ts'

export type JsonRpcReaderOptions = {
  /** CAIP-2, for example `eip155:11155111`. */
  readonly chain: string
  /** JSON-RPC endpoints of independent providers. */
  readonly urls: readonly string[]
  readonly fetch: typeof globalThis.fetch
  /** How many providers must agree; by default a majority. */
  readonly quorum?: number
  /** Of each call. */
  readonly timeoutMs?: number
  readonly finality?: Finality
  /** Keccak-256 of the registry's code; by default every release of the contract. */
  readonly codeHashes?: readonly string[]
  readonly now?: () => Date
}

/**
 * A reader of anchors over JSON-RPC, for `verifyProduct`.
 *
 * `quorum` providers must name the same final block. What it holds is then proven against its header
 * (`eth_getProof`), or, where proofs cannot be had or the header has fields that are not known here, read
 * alike from `quorum` providers. Absence is answered only by providers that have the block that the proof
 * file names: one that lags says nothing.
 *
 * @throws ERR_DPP_CHAIN_QUERY when the options are not usable; `findAnchor`: the ERR_DPP_CHAIN_ codes
 */
export function createJsonRpcReader(options: JsonRpcReaderOptions): AnchorReader {
  const { chain, urls, fetch, quorum, timeoutMs, finality = 'finalized', codeHashes, now } = options
  const chainId = parseChain(chain)
  const shared: RegistryReaderOptions = {
    rpcUrls: urls,
    chainId,
    finality,
    fetch,
    ...(quorum === undefined ? {} : { quorum }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(codeHashes === undefined ? {} : { codeHashes }),
    ...(now === undefined ? {} : { now }),
  }
  const byProof = createRegistryReader({ ...shared, method: 'proof' })
  const byAgreement = createRegistryReader({ ...shared, method: 'storage' })
  const needed = quorum ?? Math.floor(new Set(urls).size / 2) + 1

  async function findAnchor(
    query: AnchorQuery,
    callOptions: { readonly signal?: AbortSignal } = {},
  ): Promise<AnchorFinding | undefined> {
    const found = await byProof.findAnchor(query, callOptions).catch((error: unknown) => {
      if (isDppError(error) && WITHOUT_PROOFS.has(error.code)) {
        return byAgreement.findAnchor(query, callOptions)
      }
      throw error
    })
    if (found === undefined && query.blockNumber !== undefined) {
      await assertReached(BigInt(query.blockNumber), callOptions.signal)
    }
    return found
  }

  async function assertReached(block: bigint, signal: AbortSignal | undefined): Promise<void> {
    const rpcOptions = timeoutMs === undefined ? { fetch } : { fetch, timeoutMs }
    const heads = await Promise.all(
      [...new Set(urls)].map((url) =>
        createJsonRpc(url, rpcOptions)
          .request('eth_blockNumber', [], signal)
          .then(readNumber, () => -1n),
      ),
    )
    if (heads.filter((head) => head >= block).length < needed) {
      throw new DppError(
        'ERR_DPP_CHAIN_STALE',
        `fewer than ${needed} providers have block ${block}`,
      )
    }
  }

  return { chain, findAnchor }
}

// A provider without eth_getProof, a proof that does not hold, a header with fields of a later fork.
const WITHOUT_PROOFS: ReadonlySet<string> = new Set([
  'ERR_DPP_CHAIN_PROOF',
  'ERR_DPP_CHAIN_REJECTED',
  'ERR_DPP_CHAIN_RESPONSE',
])

function parseChain(chain: string): number {
  const id = Number(/^eip155:([1-9][0-9]{0,14})$/.exec(chain)?.[1])
  if (!Number.isSafeInteger(id)) {
    throw new DppError('ERR_DPP_CHAIN_QUERY', `${chain} is not an eip155 chain id (CAIP-2)`)
  }
  return id
}

function readNumber(value: unknown): bigint {
  return typeof value === 'string' && /^0x[0-9a-f]{1,16}$/i.test(value) ? BigInt(value) : -1n
}
