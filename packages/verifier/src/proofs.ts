// Entry `./proofs`: reads anchors with storage proofs, so that one honest provider is enough to see a lie. It stands
// apart because Merkle-Patricia tries, RLP and keccak-256 cost as much as many a page's whole script.
import type { AnchorFinding, AnchorQuery, AnchorReader } from '@dpp/anchor'
import { createRegistryReader } from '@dpp/anchor/evidence'
import { isDppError } from '@dpp/core'
import {
  createJsonRpcReader,
  type JsonRpcReaderOptions,
  toLookupOptions,
} from './chain/json-rpc-reader.ts'

export type { JsonRpcReaderOptions } from './chain/json-rpc-reader.ts'

/**
 * A reader of anchors over JSON-RPC, for `verifyProduct`.
 *
 * `quorum` providers must name the same final block. What the registry holds there is proven against its header
 * (`eth_getProof`), or, where proofs cannot be had or the header has fields that are not known here, answered alike
 * by `quorum` providers as for `createJsonRpcReader`.
 *
 * @throws ERR_DPP_CHAIN_QUERY when the options are not usable; `findAnchor`: the ERR_DPP_CHAIN_ codes
 */
export function createProvenReader(options: JsonRpcReaderOptions): AnchorReader {
  const byProof = createRegistryReader({ ...toLookupOptions(options), method: 'proof' })
  const byAgreement = createJsonRpcReader(options)
  return {
    chain: options.chain,
    async findAnchor(
      query: AnchorQuery,
      callOptions?: { readonly signal?: AbortSignal },
    ): Promise<AnchorFinding | undefined> {
      try {
        return await byProof.findAnchor(query, callOptions)
      } catch (error) {
        if (!isDppError(error) || !WITHOUT_PROOFS.has(error.code)) throw error
        return byAgreement.findAnchor(query, callOptions)
      }
    },
  }
}

// A provider without eth_getProof, a proof that does not hold, a header with fields of a later fork.
const WITHOUT_PROOFS: ReadonlySet<string> = new Set([
  'ERR_DPP_CHAIN_PROOF',
  'ERR_DPP_CHAIN_REJECTED',
  'ERR_DPP_CHAIN_RESPONSE',
])
