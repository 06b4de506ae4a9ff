// @dpp/webvh: did:webvh v1.0 for Node and browsers, and the log of a product.
export {
  type AppendEntryOptions,
  appendEntry,
  type EndLogOptions,
  endLog,
  moveDocument,
  type NewLocation,
} from './append-entry.ts'
export {
  type CreatedLog,
  type CreateLogOptions,
  createLog,
  type SignedEntry,
} from './create-log.ts'
export {
  assertRecoveryKept,
  delegatedEntryParameters,
  delegatedGenesisParameters,
  type NextHashes,
  recoveryHash,
  takeoverParameters,
} from './delegated-control.ts'
export {
  type DidParts,
  didToUrl,
  formatDid,
  isScid,
  parseDid,
  type WebvhDid,
  witnessUrl,
} from './did.ts'
export { type DidUrl, parseDidUrl } from './did-url.ts'
export { toDidWeb } from './did-web.ts'
export type { LogEntry } from './entry.ts'
export { formatEntry, parseEntry } from './entry.ts'
export { type WebvhErrorCode, webvhErrorCodes } from './errors.ts'
export { type Fetch, type FetchedFile, type FetchOptions, fetchFile } from './fetch-file.ts'
export { formatHead, isOpen, isPreRotating, type LogHead, parseHead } from './head.ts'
export { defaultLimits, type Limits } from './limits.ts'
export { type LogReport, type LogVersion, type VerifyLogOptions, verifyLog } from './log.ts'
export { mapOrigin, type Origins } from './origins.ts'
export type { Parameters } from './parameters.ts'
export {
  appendDigests,
  createProductDocument,
  type EventsService,
  PRODUCT_PATH,
  type ProductDocumentOptions,
  parseEventsService,
} from './product-document.ts'
export {
  addedDigests,
  type ProductEvent,
  type ProductVersion,
  readEvents,
} from './product-events.ts'
export type {
  DocumentMetadata,
  ProblemDetails,
  ResolutionMetadata,
  ResolutionResult,
} from './resolution-result.ts'
export { fetchLog, fetchReport, fetchWitnessFile, type ResolveOptions, resolve } from './resolve.ts'
export {
  type ResolveLogOptions,
  resolveLog,
  resolveReport,
  type VersionQuery,
} from './resolve-log.ts'
export { allServices, findService } from './services.ts'
export { hashKey } from './update-key.ts'
export { type VerificationPurpose, verificationKey } from './verification-key.ts'
export { formatVersionTime, nextVersionTime, parseVersionTime } from './version-time.ts'
export {
  fetchWatchedLog,
  fetchWatchedResource,
  fetchWatchedWitnessFile,
  notifyWatcher,
  notifyWatcherOfResource,
  requestLogDeletion,
  requestResourceDeletion,
  type WatcherOptions,
} from './watcher.ts'
export {
  createWatcherPresentation,
  type WatcherPresentationOptions,
} from './watcher-presentation.ts'
export { isWitnessProof, witnessDocument } from './witness-check.ts'
export {
  type WitnessEntryOptions,
  type WitnessedEntry,
  type WitnessJournal,
  witnessEntry,
} from './witness-entry.ts'
export type { Witness } from './witness-list.ts'
export {
  formatWitnessProofs,
  mergeWitnessProofs,
  parseWitnessProofs,
  pruneWitnessProofs,
  type WitnessProofs,
} from './witness-proofs.ts'
