// Reading a signed event: strict about the envelope, then about its subject; and verifying its signature.
import { isBytes } from '../encoding/bytes.ts'
import { isDid, isUri } from '../encoding/identifier-syntax.ts'
import { readTime } from '../encoding/time.ts'
import { DppError } from '../errors.ts'
import { canonicalObject, joinMembers } from '../json/canonicalize.ts'
import type { CanonicalObject } from '../json/cut-object.ts'
import { asList, isJsonObject, type Json, type JsonLimits, type JsonObject } from '../json/json.ts'
import { parseCanonical } from '../json/parse-strict.ts'
import { type ProofResult, signedBytes } from '../proof/data-integrity.ts'
import {
  checkProofShape,
  findPolicyFault,
  type ProofPolicy,
  type WholeProof,
} from '../proof/proof.ts'
import { type Ed25519Options, verifyEd25519, verifyEd25519Many } from '../signature/ed25519.ts'
import { sha256 } from '../signature/hash.ts'
import { epcisProfile } from './epcis-subject.ts'
import { digestOfCanonical } from './event-digest.ts'
import type { SecuredEvent } from './event-envelope.ts'
import { dppVocabulary, type EventProfile, type EventSubject } from './event-profile.ts'

/** A well-formed event, not yet verified. Everything in it comes from one snapshot of the input. */
export type ParsedEvent = EventSubject & {
  readonly event: SecuredEvent
  /** The event's name everywhere: multibase base58btc of the SHA-256 multihash of `text`. */
  readonly digest: string
  /** The canonical text (RFC 8785): what is stored, served and digested, in UTF-8. */
  readonly text: string
  readonly id: string
  /** DID of the issuer. Whether it may speak for the products is the verifier's question. */
  readonly issuer: string
  readonly verificationMethod: string
  readonly validFrom: Date
  readonly created: Date | undefined
  /** The 64 bytes that the signature covers, and the signature. */
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** How events are read: profiles in the order of preference (EPCIS alone by default), and the JSON limits. */
export type ParseEventOptions = {
  readonly profiles?: readonly EventProfile[]
  readonly limits?: JsonLimits
}

/**
 * Parses a signed event from bytes, text or a plain value. Refuses an envelope with missing, malformed or further members (nobody
 * would check them), a proof set, a proof that covers another context or names a verification method of another DID than the
 * issuer's, and a subject that its profile refuses.
 *
 * @throws DppError `ERR_DPP_EVENT_INVALID`, `ERR_DPP_SUBJECT_INVALID`, and what `parseStrict` and `canonicalize` throw.
 */
export function parseEvent(value: unknown, options: ParseEventOptions = {}): ParsedEvent {
  const limits = { ...options.limits, safeIntegers: true }
  const { event, canonical } = readEvent(value, limits)
  const { proof, signature, created, config } = parseEventProof(event, canonical, limits)
  const issuer = parseIssuer(event)
  if (!proof.verificationMethod.startsWith(`${issuer}#`)) {
    throw invalid('proof.verificationMethod')
  }
  const validFrom = readTime(event['validFrom'])
  if (validFrom === undefined) throw invalid('validFrom')
  const id = event['id']
  if (!isUri(id)) throw invalid('id')
  const subject = event['credentialSubject']
  if (!isJsonObject(subject)) throw invalid('credentialSubject')
  const about = parseTypes(event, options.profiles ?? [epcisProfile]).parseSubject(subject)

  const { text } = canonical
  const unsecured = joinMembers(canonical.members.filter((member) => !isProof(member)))
  return {
    ...about,
    event: event as unknown as SecuredEvent,
    digest: digestOfCanonical(text),
    text,
    id,
    issuer,
    verificationMethod: proof.verificationMethod,
    validFrom,
    created,
    message: signedBytes(sha256(config), sha256(unsecured)),
    signature,
  }
}

/**
 * Verifies an event's signature by a key that the caller resolved for its verification method. With `now`, refuses an event
 * that was signed, or is valid only, later than now (plus the skew).
 */
export function verifyEvent(
  parsed: ParsedEvent,
  publicKey: Uint8Array,
  options: ProofPolicy & Ed25519Options = {},
): ProofResult {
  const fault = findEventFault(parsed, options)
  if (fault !== undefined) return fault
  return resultOf(verifyEd25519(publicKey, parsed.message, parsed.signature, options))
}

/**
 * Verifies many events, on all cores where the runtime has threads for it; answers in the items' order. `verifyMany` does the
 * signatures where a host has threads of its own: it must keep to the rule of `verifyEd25519`.
 */
export async function verifyEvents(
  items: readonly { readonly event: ParsedEvent; readonly publicKey: Uint8Array }[],
  options: ProofPolicy & Ed25519Options & { readonly verifyMany?: typeof verifyEd25519Many } = {},
): Promise<ProofResult[]> {
  const { verifyMany = verifyEd25519Many } = options
  const checks = items.map(({ event, publicKey }) => ({
    publicKey,
    message: event.message,
    signature: event.signature,
  }))
  const valid = await verifyMany(checks, options)
  return items.map(({ event }, i) => findEventFault(event, options) ?? resultOf(valid[i] === true))
}

const envelopeMembers: ReadonlySet<string> = new Set([
  '@context',
  'id',
  'type',
  'issuer',
  'validFrom',
  'credentialSubject',
  'proof',
])

function readEvent(
  value: unknown,
  limits: JsonLimits,
): { readonly event: JsonObject; readonly canonical: CanonicalObject } {
  const canonical =
    typeof value === 'string' || isBytes(value)
      ? parseCanonical(value, limits)
      : isJsonObject(value) && canonicalObject(value, limits, false)
  if (!canonical) throw invalid('not an object')
  for (const { name } of canonical.members) {
    if (!envelopeMembers.has(name)) {
      throw invalid(`unknown member ${JSON.stringify(name.slice(0, 60))}`)
    }
  }
  // Text was parsed just now and is ours; a value of the caller's could change behind our back.
  const event = 'object' in canonical ? canonical.object : JSON.parse(canonical.text)
  return { event, canonical }
}

function parseEventProof(
  event: JsonObject,
  { members }: CanonicalObject,
  limits: JsonLimits,
): WholeProof & { readonly config: string } {
  const value = event['proof']
  // A proof that can be left out of a set would give one event several digests.
  if (!isJsonObject(value)) throw invalid('proof')
  const shape = checkProofShape(value)
  if (shape.fault !== undefined) {
    throw invalid(`proof (${shape.fault})`)
  }
  if (shape.proof.proofPurpose !== 'assertionMethod') {
    throw invalid('proof.proofPurpose')
  }
  const source = members.find(isProof)?.text.slice('"proof":'.length)
  const config = canonicalObject(value, limits, true, source).members
  // Stricter than vc-di-eddsa §3.3.2, which lets anyone append contexts to a signed document and so change the digest.
  const ofEvent = members.find(isContext)?.text
  if (ofEvent === undefined || ofEvent !== config.find(isContext)?.text) {
    throw invalid('proof.@context')
  }
  return { ...shape, config: joinMembers(config.filter(({ name }) => name !== 'proofValue')) }
}

function isContext({ name }: { readonly name: string }): boolean {
  return name === '@context'
}

function isProof({ name }: { readonly name: string }): boolean {
  return name === 'proof'
}

function parseIssuer(event: JsonObject): string {
  const issuer = event['issuer']
  if (!isJsonObject(issuer)) throw invalid('issuer')
  const { id, name, type, ...rest } = issuer
  if (typeof id !== 'string' || !isDid(id)) throw invalid('issuer.id')
  if (name !== undefined && (typeof name !== 'string' || name.length > 200)) {
    throw invalid('issuer.name')
  }
  if (type !== undefined && !asList(type).includes('CredentialIssuer')) {
    throw invalid('issuer.type')
  }
  if (Object.keys(rest).length > 0) throw invalid('issuer')
  return id
}

/** Checks `@context` and `type`, and selects the profile. */
function parseTypes(event: JsonObject, profiles: readonly EventProfile[]): EventProfile {
  const contexts = event['@context']
  // VC 2.0 §4.3: this one first.
  if (!Array.isArray(contexts) || contexts[0] !== 'https://www.w3.org/ns/credentials/v2') {
    throw invalid('@context')
  }
  // An inline context could rename our terms for a reader that processes JSON-LD.
  if (!contexts.every((context) => typeof context === 'string' || keepsTerms(context))) {
    throw invalid('@context')
  }
  const types = asList(event['type'])
  const profile = profiles.find(({ credentialType }) => types.includes(credentialType))
  if (profile === undefined || !types.includes('VerifiableCredential')) throw invalid('type')
  return profile
}

function keepsTerms(context: Json): boolean {
  return (
    isJsonObject(context) && (!Object.hasOwn(context, 'dpp') || context['dpp'] === dppVocabulary)
  )
}

function findEventFault(parsed: ParsedEvent, options: ProofPolicy): ProofResult | undefined {
  const { now, maxClockSkewMs = 300_000 } = options
  const reason = findPolicyFault(parsed.event.proof, options)
  if (reason !== undefined) return { verified: false, reason }
  if (now !== undefined && parsed.validFrom.getTime() > now.getTime() + maxClockSkewMs) {
    return { verified: false, reason: 'ERR_DPP_PROOF_FUTURE' }
  }
  return undefined
}

function resultOf(isValid: boolean): ProofResult {
  return isValid ? { verified: true } : { verified: false, reason: 'ERR_DPP_PROOF_SIGNATURE' }
}

function invalid(message: string): DppError<'ERR_DPP_EVENT_INVALID'> {
  return new DppError('ERR_DPP_EVENT_INVALID', `event refused: ${message}`)
}
