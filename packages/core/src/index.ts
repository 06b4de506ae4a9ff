// Public API of @dpp/core.

export { decodeBase58btc, encodeBase58btc } from './encoding/base58.ts'
export { isBytes } from './encoding/bytes.ts'
export { isDid, isUri } from './encoding/identifier-syntax.ts'
export { decodeMultibase, encodeMultibase } from './encoding/multibase.ts'
export { decodeMultihash, encodeMultihash } from './encoding/multihash.ts'
export {
  decodeDidKey,
  decodeMultikey,
  didKeyVerificationMethod,
  encodeDidKey,
  encodeMultikey,
  publicKeyOfDidKey,
} from './encoding/multikey.ts'
export { formatTime, parseTime, readTime } from './encoding/time.ts'
export { createUrnUuid } from './encoding/urn-uuid.ts'
export { type CoreErrorCode, DppError, invariant, isDppError } from './errors.ts'
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
} from './event/epcis-events.ts'
export { epcisProfile, isDecimal, parseEpcisSubject } from './event/epcis-subject.ts'
export { createEvent, type EventInput, signEvent } from './event/event.ts'
export { eventDigest, isEventDigest } from './event/event-digest.ts'
export type { SecuredEvent, UnsignedEvent } from './event/event-envelope.ts'
export {
  type ParsedEvent,
  type ParseEventOptions,
  parseEvent,
  verifyEvent,
  verifyEvents,
} from './event/event-parse.ts'
export { dppVocabulary, type EventProfile, type EventSubject } from './event/event-profile.ts'
export {
  checkDigit,
  type DigitalLink,
  digitalLink,
  isGln,
  isGtin,
  locationLink,
  parseDigitalLink,
  type SerializedItem,
} from './event/gs1.ts'
export {
  createReceipt,
  parseReceipt,
  type Receipt,
  type ReceiptEvent,
  verifyReceipt,
} from './event/receipt.ts'
export { canonicalize } from './json/canonicalize.ts'
export { isJsonObject, type Json, type JsonLimits, type JsonObject } from './json/json.ts'
export { type CanonicalJson, parseCanonical, parseStrict } from './json/parse-strict.ts'
export { decodeUtf8, encodeUtf8 } from './json/utf8.ts'
export {
  addProof,
  createProof,
  hashDocument,
  type ProofOptions,
  type ProofResult,
  type VerifyProofOptions,
  verifyDocument,
  verifyProof,
} from './proof/data-integrity.ts'
export {
  type DataIntegrityProof,
  type ProofPolicy,
  type ProofReason,
  parseProof,
} from './proof/proof.ts'
export type { BackendName, SignatureCheck } from './signature/backend.ts'
export {
  type Ed25519Options,
  ed25519Backends,
  verifyEd25519,
  verifyEd25519Many,
} from './signature/ed25519.ts'
export { fromHex, sha256, sha256Blocks, toHex } from './signature/hash.ts'
export { parsePkcs8, parsePrivateJwk } from './signature/key-import.ts'
export {
  createLocalSigner,
  generateSeed,
  type LocalSigner,
  type Signer,
} from './signature/signer.ts'
