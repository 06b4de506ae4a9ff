// Entry `./evidence`: reading anchors from JSON-RPC providers and from evidence bundles. Isomorphic, without viem.
export { type BlockHeader, encodeBlockHeader, parseBlockHeader } from './block-header.ts'
export { type ChainErrorCode, chainErrorCodes } from './chain-errors.ts'
export type { Finality } from './chain-head.ts'
export {
  type Evidence,
  type EvidenceReason,
  type EvidenceResult,
  parseEvidence,
  verifyEvidence,
} from './evidence-bundle.ts'
export { createEvidenceReader, type EvidenceReaderOptions } from './evidence-reader.ts'
export { createJsonRpc, type JsonRpc, type JsonRpcOptions } from './json-rpc.ts'
export { readTrie } from './mpt.ts'
export {
  createRegistryReader,
  type RegistryReader,
  type RegistryReaderOptions,
} from './registry-reader.ts'
