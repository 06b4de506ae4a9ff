// Data Integrity proofs by eddsa-jcs-2022 (W3C vc-di-eddsa §3.3): made, and verified.
//
// The signature covers SHA-256(JCS(proof without proofValue)) ‖ SHA-256(JCS(document without proof)): no JSON-LD, no network.

import { encodeMultibase } from '../encoding/multibase.ts'
import { formatTime } from '../encoding/time.ts'
import { DppError } from '../errors.ts'
import { canonicalize } from '../json/canonicalize.ts'
import { asList, isJsonObject, type Json, type JsonObject } from '../json/json.ts'
import { type Ed25519Options, verifyEd25519 } from '../signature/ed25519.ts'
import { sha256 } from '../signature/hash.ts'
import { type Signer, signBytes } from '../signature/signer.ts'
import {
  checkProofShape,
  type DataIntegrityProof,
  findPolicyFault,
  type ProofPolicy,
  type ProofReason,
  type ProofShape,
  snapshot,
} from './proof.ts'

/** Whether a proof holds, and if not the first reason. */
export type ProofResult =
  | { readonly verified: true }
  | { readonly verified: false; readonly reason: ProofReason }

/** What to sign with, and what the proof states. */
export type ProofOptions = {
  readonly signer: Signer
  readonly created: Date
  readonly proofPurpose?: string
  readonly expires?: Date
}

/** A policy, and for several proofs over one document its {@link hashDocument}, computed once. */
export type VerifyProofOptions = ProofPolicy &
  Ed25519Options & {
    readonly documentHash?: Uint8Array | undefined
    /** Document and proof came out of `parseStrict` and nobody else has them: they are taken as they are, without a copy. */
    readonly isOwned?: boolean
  }

/**
 * Makes a proof over `document`, which must not hold one.
 *
 * @throws DppError `ERR_DPP_PROOF_MALFORMED` when it does, `ERR_DPP_SIGNATURE_INVALID` for a signer's bad answer, and what
 *   `canonicalize` throws.
 */
export async function createProof(
  document: JsonObject,
  { signer, created, proofPurpose = 'assertionMethod', expires }: ProofOptions,
): Promise<DataIntegrityProof> {
  if (Object.hasOwn(document, 'proof')) {
    throw new DppError('ERR_DPP_PROOF_MALFORMED', 'the document has a proof already')
  }
  const context = document['@context']
  const config: Omit<DataIntegrityProof, 'proofValue'> = {
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    created: formatTime(created),
    ...(expires === undefined ? {} : { expires: formatTime(expires) }),
    verificationMethod: signer.verificationMethod,
    proofPurpose,
    // vc-di-eddsa §3.3.1 step 2: the proof repeats the document's context.
    ...(context === undefined ? {} : { '@context': context }),
  }
  const documentHash = sha256(canonicalize(document, { safeIntegers: true }))
  const message = signedBytes(sha256(canonicalize(config, { safeIntegers: true })), documentHash)
  return { ...config, proofValue: encodeMultibase(await signBytes(signer, message)) }
}

/** `document` with a proof over it. @throws as {@link createProof} */
export async function addProof<T extends JsonObject>(
  document: T,
  options: ProofOptions,
): Promise<T & { readonly proof: DataIntegrityProof }> {
  return { ...document, proof: await createProof(document, options) }
}

/** SHA-256 of the canonical form of a document without its proof. @throws what `canonicalize` throws */
export function hashDocument(unsecured: JsonObject): Uint8Array {
  return sha256(canonicalize(unsecured))
}

/**
 * Verifies one proof over a document that is given without it. Never throws, whatever `unsecured` and `proof` hold.
 *
 * Whether the key may speak for anybody is not asked here: the caller takes it from a resolved DID document or a policy.
 */
export function verifyProof(
  unsecured: JsonObject,
  proof: unknown,
  publicKey: Uint8Array,
  options: VerifyProofOptions = {},
): ProofResult {
  // With the document's hash at hand only its context is read.
  const document = options.documentHash === undefined ? snapshot(unsecured) : contextOf(unsecured)
  const plainProof = options.isOwned ? proof : snapshot(proof)
  if (!isJsonObject(document) || !isJsonObject(plainProof)) return failed('ERR_DPP_PROOF_MALFORMED')
  const shape = checkProofShape(plainProof)
  return shape.fault === undefined
    ? verifyShape(document, shape, publicKey, options)
    : failed(shape.fault)
}

/**
 * Verifies a document with exactly one proof in its `proof` member and returns what was signed: a copy without the proof, with
 * the context that the proof covers. Proof sets and chains are refused: verify each with {@link verifyProof}. Never throws,
 * except what `publicKeyOf` itself throws.
 */
export function verifyDocument(
  secured: unknown,
  options: VerifyProofOptions & {
    /** The key behind a verification method, from a trusted place; undefined when there is none. */
    publicKeyOf(verificationMethod: string): Uint8Array | undefined
  },
):
  | { readonly verified: true; readonly document: JsonObject; readonly proof: DataIntegrityProof }
  | { readonly verified: false; readonly reason: ProofReason } {
  const { documentHash: _, ...policy } = options
  const copy = snapshot(secured)
  if (!isJsonObject(copy)) return failed('ERR_DPP_PROOF_MALFORMED')
  const { proof, ...document } = copy
  if (proof === undefined || (Array.isArray(proof) && proof.length === 0)) {
    return failed('ERR_DPP_PROOF_MISSING')
  }
  if (Array.isArray(proof)) return failed('ERR_DPP_PROOF_SET')
  if (!isJsonObject(proof)) return failed('ERR_DPP_PROOF_MALFORMED')
  const shape = checkProofShape(proof)
  if (shape.fault !== undefined) return failed(shape.fault)
  const publicKey = options.publicKeyOf(shape.proof.verificationMethod)
  if (publicKey === undefined) return failed('ERR_DPP_PROOF_KEY')
  const result = verifyShape(document, shape, publicKey, policy)
  return result.verified
    ? { verified: true, document: coveredBy(document, shape.proof) ?? document, proof: shape.proof }
    : result
}

/** The bytes that eddsa-jcs-2022 signs (vc-di-eddsa §3.3.4): the proof configuration's hash, then the document's. */
export function signedBytes(configHash: Uint8Array, documentHash: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(64)
  bytes.set(configHash)
  bytes.set(documentHash, 32)
  return bytes
}

function verifyShape(
  document: JsonObject,
  { proof, signature }: ProofShape & { readonly fault?: undefined },
  publicKey: Uint8Array,
  options: VerifyProofOptions,
): ProofResult {
  const { proofValue: _, ...config } = proof
  const policyFault = findPolicyFault(proof, options)
  if (policyFault !== undefined) return failed(policyFault)
  const signed = coveredBy(document, proof)
  if (signed === undefined) return failed('ERR_DPP_PROOF_CONTEXT')
  // A shared hash is of the document as it stands: it serves unless this proof covers fewer contexts.
  const documentHash = (signed === document && options.documentHash) || hashDocument(signed)
  const message = signedBytes(sha256(canonicalize(config)), documentHash)
  return verifyEd25519(publicKey, message, signature, options)
    ? { verified: true }
    : failed('ERR_DPP_PROOF_SIGNATURE')
}

/**
 * What a proof covers: the document with the proof's context, where it states one (vc-di-eddsa §3.3.2 step 4.2). Undefined unless
 * the document's context starts with that (step 4.1).
 */
function coveredBy(document: JsonObject, proof: DataIntegrityProof): JsonObject | undefined {
  const { '@context': context } = proof
  if (context === undefined) return document
  const own = document['@context']
  if (own !== undefined && canonicalize(context) === canonicalize(own)) return document
  const stated = asList(context)
  const found = asList(own).slice(0, stated.length)
  return canonicalize(found) === canonicalize(stated)
    ? { ...document, '@context': context }
    : undefined
}

/** What a proof's check reads of a document whose hash is known; a getter of the caller's may throw. */
function contextOf(document: JsonObject): Json | undefined {
  try {
    const { '@context': context } = document
    return snapshot(context === undefined ? {} : { '@context': context })
  } catch {
    return undefined
  }
}

function failed(reason: ProofReason): { readonly verified: false; readonly reason: ProofReason } {
  return { verified: false, reason }
}
