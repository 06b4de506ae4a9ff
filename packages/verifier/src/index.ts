// @dpp/verifier: is the history of this product anchored? A verdict, never an exception.
export { defaultLimits, type Limits, type Step, type VerifyOptions } from './context.ts'
export { type VerifierErrorCode, verifierErrorCodes } from './errors.ts'
export { createFolderSource, type FolderSourceOptions } from './folder-source.ts'
export { createJsonRpcReader, type JsonRpcReaderOptions } from './json-rpc-reader.ts'
export { type ChainSnapshot, createMemoryReader } from './memory-reader.ts'
export { createMemorySource } from './memory-source.ts'
export {
  type Finality,
  parsePolicy,
  type TrustedAnchorer,
  type TrustedIssuer,
  type TrustedRegistry,
  type TrustPolicy,
} from './policy.ts'
export { englishReasons, type ReasonCode, type ReasonTexts } from './reasons.ts'
export type { EvidenceSource, OutageCause, Reading, ReadOptions } from './source.ts'
export { type Language, languages, type Summary, summarize } from './summarize.ts'
export {
  type Association,
  assertAnchored,
  type Check,
  type CheckName,
  type CheckStatus,
  type ConfirmedAnchor,
  checkNames,
  decisiveCheck,
  type EntryVerdict,
  type EventCounts,
  type EventVerdict,
  type Finding,
  type Standing,
  type Verdict,
  type VerdictStatus,
  type Warning,
} from './verdict.ts'
export {
  type CompositeOptions,
  type CompositeVerdict,
  type PartLink,
  type PartVerdict,
  verifyComposite,
} from './verify-composite.ts'
export { type VerifyEventOptions, verifyEvent } from './verify-event.ts'
export { verifyProduct } from './verify-product.ts'
export { createWebSource, type WebSourceOptions } from './web-source.ts'
