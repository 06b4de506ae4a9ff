// Reads anchors from k of n JSON-RPC providers by plain agreement: small, and as trustworthy as those providers.
// Entry `./proofs` has the reader that lets the chain prove what they say.
import type { AnchorReader } from '@dpp/anchor'
import { createCallReader, type RegistryLookupOptions } from '@dpp/anchor/evidence'
import { DppError } from '@dpp/core'
import type { Finality } from '../policy.ts'

/** Which chain is read, through whom, and what counts as final. */
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
  /** The clock that a standing chain is noticed by; by default the system's. */
  readonly now?: () => Date
}

/**
 * A reader of anchors over JSON-RPC, for `verifyProduct`.
 *
 * `quorum` providers must name the same final block, and answer alike what the registry holds there, its code
 * included. Absence is answered only by providers that have the block that the proof file names: one that lags
 * says nothing.
 *
 * @throws ERR_DPP_CHAIN_QUERY when the options are not usable; `findAnchor`: the ERR_DPP_CHAIN_ codes
 */
export function createJsonRpcReader(options: JsonRpcReaderOptions): AnchorReader {
  return createCallReader(toLookupOptions(options))
}

/** The options in the words of `@dpp/anchor`. @throws ERR_DPP_CHAIN_QUERY */
export function toLookupOptions(options: JsonRpcReaderOptions): RegistryLookupOptions {
  const { chain, urls, finality = 'finalized', ...same } = options
  const chainId = Number(/^eip155:([1-9][0-9]{0,14})$/.exec(chain)?.[1])
  if (!Number.isSafeInteger(chainId)) {
    throw new DppError('ERR_DPP_CHAIN_QUERY', `${chain} is not an eip155 chain id (CAIP-2)`)
  }
  return { ...same, rpcUrls: urls, chainId, finality }
}
