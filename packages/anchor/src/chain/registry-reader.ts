// Reads anchors of one chain from k of n JSON-RPC providers, by storage slots or their proofs, and captures evidence.
import { createEvidence, type Evidence } from './evidence-bundle.ts'
import type { AnchorQuery, AnchorReader } from './reader.ts'
import { createRegistryLookup, type RegistryLookupOptions } from './registry-lookup.ts'
import { fetchProof, openAgreedState, openProvenState, readHeader } from './registry-state.ts'
import { recordSlot, rootSlot } from './registry-storage.ts'

/** {@link RegistryLookupOptions}, and how values are read. */
export type RegistryReaderOptions = RegistryLookupOptions & {
  /**
   * `storage` (default): each value from `quorum` providers. `proof`: each value with a storage proof against the
   * block that `quorum` providers agree on; not every provider offers `eth_getProof`.
   */
  readonly method?: 'storage' | 'proof'
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
  const openState = options.method === 'proof' ? openProvenState : openAgreedState
  const { chain, findAnchor, searchFinal } = createRegistryLookup(options, openState)

  async function captureEvidence(
    query: AnchorQuery,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Evidence | undefined> {
    const { target, found } = await searchFinal(query, signal)
    if (found === undefined) return undefined
    const { stateRoot, rlp: header } = await readHeader(target)
    const slots = [rootSlot(found.batchId), recordSlot(found.batchId)]
    const proof = await fetchProof(target, stateRoot, slots)
    const { batchId } = found
    return createEvidence({ chain, query, batchId, header, proof, codeHashes: target.codeHashes })
  }

  return { chain, findAnchor, captureEvidence }
}
