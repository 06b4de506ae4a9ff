// @dpp/verifier: is the history of this product anchored? A verdict, never an exception.

export { createJsonRpcReader, type JsonRpcReaderOptions } from './chain/json-rpc-reader.ts'
export { type ChainSnapshot, createMemoryReader } from './chain/memory-reader.ts'
export { defaultLimits, type Limits, type Step, type VerifyOptions } from './context.ts'
export { type VerifierErrorCode, verifierErrorCodes } from './errors.ts'
export {
  type Finality,
  parsePolicy,
  type TrustedAnchorer,
  type TrustedIssuer,
  type TrustedRegistry,
  type TrustPolicy,
} from './policy.ts'
export { createFolderSource, type FolderSourceOptions } from './sources/folder-source.ts'
export { createMemorySource } from './sources/memory-source.ts'
export type { EvidenceSource, OutageCause, Reading, ReadOptions } from './sources/source.ts'
export { createWebSource, type WebSourceOptions } from './sources/web-source.ts'
export {
  englishReasons,
  explainFinding,
  type ReasonCode,
  type ReasonTexts,
} from './verdict/reasons.ts'
export { english, type Language, type Summary, summarize } from './verdict/summarize.ts'
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
} from './verdict/verdict.ts'
export {
  type CompositeOptions,
  type CompositeVerdict,
  type PartLink,
  type PartVerdict,
  verifyComposite,
} from './verify-composite.ts'
export { type VerifyEventOptions, verifyEvent } from './verify-event.ts'
export { verifyProduct } from './verify-product.ts'
