// Public API of @dpp/core.
export type { BackendName, SignatureCheck } from './backend.ts'
export { decodeBase58btc, encodeBase58btc } from './base58.ts'
export { isBytes } from './bytes.ts'
export { canonicalize } from './canonicalize.ts'
export {
  addProof,
  createProof,
  hashDocument,
  type ProofOptions,
  type ProofResult,
  type VerifyProofOptions,
  verifyDocument,
  verifyProof,
} from './data-integrity.ts'
export {
  type Ed25519Options,
  ed25519Backends,
  verifyEd25519,
  verifyEd25519Many,
} from './ed25519.ts'
export {
  assembleEvent,
  declareError,
  destroyEvent,
  disassembleEvent,
  type EventFacts,
  type ItemEvent,
  inspectEvent,
  installEvent,
  manufactureEvent,
  type PartsEvent,
  type PartyEvent,
  receiveEvent,
  recycleEvent,
  repairEvent,
  replaceEvent,
  shipEvent,
  transferEvent,
} from './epcis-events.ts'
export { epcisProfile, isDecimal, parseEpcisSubject } from './epcis-subject.ts'
export { type CoreErrorCode, DppError, invariant, isDppError } from './errors.ts'
export { createEvent, type EventInput, signEvent } from './event.ts'
export { eventDigest, isEventDigest } from './event-digest.ts'
export type { SecuredEvent, UnsignedEvent } from './event-envelope.ts'
export {
  type ParsedEvent,
  type ParseEventOptions,
  parseEvent,
  verifyEvent,
  verifyEvents,
} from './event-parse.ts'
export { dppVocabulary, type EventProfile, type EventSubject } from './event-profile.ts'
export {
  checkDigit,
  type DigitalLink,
  digitalLink,
  isGln,
  isGtin,
  locationLink,
  parseDigitalLink,
  type SerializedItem,
} from './gs1.ts'
export { fromHex, sha256, sha256Blocks, toHex } from './hash.ts'
export { isDid, isUri } from './identifier-syntax.ts'
export { isJsonObject, type Json, type JsonLimits, type JsonObject } from './json.ts'
export { parsePkcs8, parsePrivateJwk } from './key-import.ts'
export { decodeMultibase, encodeMultibase } from './multibase.ts'
export { decodeMultihash, encodeMultihash } from './multihash.ts'
export {
  decodeDidKey,
  decodeMultikey,
  didKeyVerificationMethod,
  encodeDidKey,
  encodeMultikey,
  publicKeyOfDidKey,
} from './multikey.ts'
export { parseStrict } from './parse-strict.ts'
export { type DataIntegrityProof, type ProofPolicy, type ProofReason, parseProof } from './proof.ts'
export {
  createReceipt,
  parseReceipt,
  type Receipt,
  type ReceiptEvent,
  verifyReceipt,
} from './receipt.ts'
export { createLocalSigner, generateSeed, type LocalSigner, type Signer } from './signer.ts'
export { formatTime, parseTime, readTime } from './time.ts'
export { createUrnUuid } from './urn-uuid.ts'
export { decodeUtf8, encodeUtf8 } from './utf8.ts'
