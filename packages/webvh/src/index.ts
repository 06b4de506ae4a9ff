// @dpp/webvh: did:webvh v1.0 for Node and browsers, and the log of a product.

export { type WebvhErrorCode, webvhErrorCodes } from './errors.ts'
export {
  type DidParts,
  didToUrl,
  formatDid,
  isScid,
  parseDid,
  type WebvhDid,
  witnessUrl,
} from './identifier/did.ts'
export { type DidUrl, parseDidUrl } from './identifier/did-url.ts'
export { mapOrigin, type Origins } from './identifier/origins.ts'
export {
  type AppendEntryOptions,
  appendEntry,
  type EndLogOptions,
  endLog,
  moveDocument,
  type NewLocation,
} from './log/append-entry.ts'
export {
  type CreatedLog,
  type CreateLogOptions,
  createLog,
  type SignedEntry,
} from './log/create-log.ts'
export type { LogEntry } from './log/entry.ts'
export { formatEntry, parseEntry } from './log/entry.ts'
export { formatHead, isOpen, isPreRotating, type LogHead, parseHead } from './log/head.ts'
export { defaultLimits, type Limits } from './log/limits.ts'
export { type LogReport, type LogVersion, type VerifyLogOptions, verifyLog } from './log/log.ts'
export type { Parameters } from './log/parameters.ts'
export { hashKey } from './log/update-key.ts'
export { formatVersionTime, nextVersionTime, parseVersionTime } from './log/version-time.ts'
export {
  assertRecoveryKept,
  delegatedEntryParameters,
  delegatedGenesisParameters,
  type NextHashes,
  recoveryHash,
  takeoverParameters,
} from './product/delegated-control.ts'
export {
  appendDigests,
  createProductDocument,
  type EventsService,
  PRODUCT_PATH,
  type ProductDocumentOptions,
  parseEventsService,
} from './product/product-document.ts'
export {
  addedDigests,
  type ProductEvent,
  type ProductVersion,
  readEvents,
} from './product/product-events.ts'
export { toDidWeb } from './resolution/did-web.ts'
export {
  type Fetch,
  type FetchedFile,
  type FetchOptions,
  fetchFile,
} from './resolution/fetch-file.ts'
export type {
  DocumentMetadata,
  ProblemDetails,
  ResolutionMetadata,
  ResolutionResult,
} from './resolution/resolution-result.ts'
export {
  fetchLog,
  fetchReport,
  fetchWitnessFile,
  type ResolveOptions,
  resolve,
} from './resolution/resolve.ts'
export {
  type ResolveLogOptions,
  resolveLog,
  resolveReport,
  type VersionQuery,
} from './resolution/resolve-log.ts'
export { allServices, findService } from './resolution/services.ts'
export { type VerificationPurpose, verificationKey } from './resolution/verification-key.ts'
export {
  fetchWatchedLog,
  fetchWatchedResource,
  fetchWatchedWitnessFile,
  notifyWatcher,
  notifyWatcherOfResource,
  requestLogDeletion,
  requestResourceDeletion,
  type WatcherOptions,
} from './resolution/watcher.ts'
export {
  createWatcherPresentation,
  type WatcherPresentationOptions,
} from './resolution/watcher-presentation.ts'
export { isWitnessProof, witnessDocument } from './witness/witness-check.ts'
export {
  type WitnessEntryOptions,
  type WitnessedEntry,
  type WitnessJournal,
  witnessEntry,
} from './witness/witness-entry.ts'
export type { Witness } from './witness/witness-list.ts'
export {
  formatWitnessProofs,
  mergeWitnessProofs,
  parseWitnessProofs,
  pruneWitnessProofs,
  type WitnessProofs,
} from './witness/witness-proofs.ts'
