// Entry `./evidence`: reading anchors from JSON-RPC providers and from evidence bundles. Isomorphic, without viem.
export { type BlockHeader, encodeBlockHeader, parseBlockHeader } from './chain/block-header.ts'
export { createCallReader } from './chain/call-reader.ts'
export { type ChainErrorCode, chainErrorCodes } from './chain/chain-errors.ts'
export type { Finality } from './chain/chain-head.ts'
export {
  type Evidence,
  type EvidenceReason,
  type EvidenceResult,
  parseEvidence,
  verifyEvidence,
} from './chain/evidence-bundle.ts'
export { createEvidenceReader, type EvidenceReaderOptions } from './chain/evidence-reader.ts'
export { createJsonRpc, type JsonRpc, type JsonRpcOptions } from './chain/json-rpc.ts'
export { readTrie } from './chain/mpt.ts'
export type { RegistryLookupOptions } from './chain/registry-lookup.ts'
export {
  createRegistryReader,
  type RegistryReader,
  type RegistryReaderOptions,
} from './chain/registry-reader.ts'
