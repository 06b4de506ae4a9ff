// An `AnchorReader` without a chain: it answers from evidence bundles and the block hashes that its owner trusts.
import { chainError } from './chain-errors.ts'
import { type Evidence, verifyEvidence } from './evidence-bundle.ts'
import type { AnchorFinding, AnchorReader } from './reader.ts'

export type EvidenceReaderOptions = {
  /** CAIP-2. */
  readonly chain: string
  readonly evidence: readonly (Evidence | Uint8Array | string)[]
  /** Hashes of final blocks of this chain, learned elsewhere: a node of one's own, an explorer, a newspaper. */
  readonly trustedBlockHashes: readonly string[]
  readonly codeHashes?: readonly string[]
}

/**
 * Reads anchors from evidence bundles.
 *
 * Never answers `undefined`: bundles cannot show that an anchor is absent. What they do not show under a trusted block
 * is ERR_DPP_CHAIN_UNTRUSTED, which leaves a verdict `indeterminate`.
 */
export function createEvidenceReader(options: EvidenceReaderOptions): AnchorReader {
  const { chain, evidence } = options
  const trusted = new Set(options.trustedBlockHashes.map((hash) => hash.toLowerCase()))
  const verifyOptions = options.codeHashes === undefined ? {} : { codeHashes: options.codeHashes }
  async function findAnchor(
    query: Parameters<AnchorReader['findAnchor']>[0],
  ): Promise<AnchorFinding> {
    const reasons: string[] = []
    for (const bundle of evidence) {
      const result = verifyEvidence(bundle, verifyOptions)
      if (!result.verified) {
        reasons.push(result.message)
        continue
      }
      const { finding } = result
      const isAsked =
        finding.chain === chain &&
        finding.registry === query.registry &&
        finding.root === query.root &&
        (query.anchorer === undefined || query.anchorer === finding.anchorer)
      if (!isAsked) continue
      if (trusted.has(finding.block.hash)) return finding
      reasons.push(`block ${finding.block.number} (${finding.block.hash}) is not a trusted one`)
    }
    throw chainError(
      'ERR_DPP_CHAIN_UNTRUSTED',
      `no evidence shows this anchor under a trusted block${reasons.length > 0 ? `: ${reasons.join('; ').slice(0, 600)}` : ''}`,
    )
  }
  return { chain, findAnchor }
}
