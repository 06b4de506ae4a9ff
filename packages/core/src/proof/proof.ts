// The proof object of Data Integrity 1.0 with cryptosuite eddsa-jcs-2022: its shape, and the policy about its fields.
import { readBase58btc } from '../encoding/base58.ts'
import { readTime } from '../encoding/time.ts'
import { DppError, isDppError } from '../errors.ts'
import { canonicalize } from '../json/canonicalize.ts'
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts'

/** A `DataIntegrityProof` (vc-data-integrity §2.1) by `eddsa-jcs-2022` (vc-di-eddsa §3.3). Further members are signed too. */
export type DataIntegrityProof = {
  readonly type: 'DataIntegrityProof'
  readonly cryptosuite: 'eddsa-jcs-2022'
  readonly created?: string
  readonly expires?: string
  readonly verificationMethod: string
  readonly proofPurpose: string
  readonly '@context'?: Json
  readonly proofValue: string
}

/** Why a proof does not verify. Stable codes, in docs/errors.md. */
export type ProofReason =
  | 'ERR_DPP_PROOF_MISSING'
  | 'ERR_DPP_PROOF_SET'
  | 'ERR_DPP_PROOF_MALFORMED'
  | 'ERR_DPP_PROOF_UNSUPPORTED'
  | 'ERR_DPP_PROOF_PURPOSE'
  | 'ERR_DPP_PROOF_CONTEXT'
  | 'ERR_DPP_PROOF_FUTURE'
  | 'ERR_DPP_PROOF_EXPIRED'
  | 'ERR_DPP_PROOF_KEY'
  | 'ERR_DPP_PROOF_SIGNATURE'

/** What the caller accepts. Without `now` no time is looked at. */
export type ProofPolicy = {
  /** The purpose that the proof must state; `assertionMethod` by default. */
  readonly proofPurpose?: string | undefined
  /** The present: refuses proofs created later than this (plus the skew) and expired ones. */
  readonly now?: Date | undefined
  /** How far another clock may run ahead; 5 minutes by default. */
  readonly maxClockSkewMs?: number | undefined
}

/**
 * Reads a proof object; refuses another cryptosuite, a proof chain, and anything malformed.
 *
 * @throws DppError `ERR_DPP_PROOF_MALFORMED`, `ERR_DPP_PROOF_UNSUPPORTED`
 */
export function parseProof(value: unknown): DataIntegrityProof {
  const plain = snapshot(value)
  const shape: ProofShape = isJsonObject(plain)
    ? checkProofShape(plain)
    : { fault: 'ERR_DPP_PROOF_MALFORMED' }
  if (shape.fault === undefined) return shape.proof
  throw new DppError(shape.fault, 'not a Data Integrity proof by eddsa-jcs-2022')
}

/** A value as plain data that nothing else can change, or undefined where it is not plain JSON. */
export function snapshot(value: unknown): Json | undefined {
  try {
    return JSON.parse(canonicalize(value)) as Json
  } catch (error) {
    if (isDppError(error)) return undefined
    throw error
  }
}

/** A proof whose shape is right, with its signature decoded. */
export type WholeProof = {
  readonly fault?: undefined
  readonly proof: DataIntegrityProof
  readonly signature: Uint8Array
  readonly created: Date | undefined
}

/** A proof whose shape is right, or the first fault in it. */
export type ProofShape =
  | WholeProof
  | { readonly fault: 'ERR_DPP_PROOF_MALFORMED' | 'ERR_DPP_PROOF_UNSUPPORTED' }

/** Checks the shape of a proof that is plain JSON. */
export function checkProofShape(proof: JsonObject): ProofShape {
  if (typeof proof['type'] !== 'string') return { fault: 'ERR_DPP_PROOF_MALFORMED' }
  // vc-di-eddsa §3.3.6 step 2: the two names select the algorithm. A chained proof means something only together with the proof
  // before it, which is not checked here.
  if (
    proof['type'] !== 'DataIntegrityProof' ||
    proof['cryptosuite'] !== 'eddsa-jcs-2022' ||
    proof['previousProof'] !== undefined
  ) {
    return { fault: 'ERR_DPP_PROOF_UNSUPPORTED' }
  }
  const { expires, verificationMethod, proofPurpose, proofValue } = proof
  const created = readTime(proof['created'])
  const signature = typeof proofValue === 'string' ? decodeProofValue(proofValue) : undefined
  const isWhole =
    (created !== undefined || proof['created'] === undefined) &&
    (expires === undefined || readTime(expires) !== undefined) &&
    isShortText(verificationMethod) &&
    isShortText(proofPurpose)
  return isWhole && signature !== undefined
    ? { proof: proof as DataIntegrityProof, signature, created }
    : { fault: 'ERR_DPP_PROOF_MALFORMED' }
}

/** The first way in which a well-formed proof breaks the policy. */
export function findPolicyFault(
  proof: DataIntegrityProof,
  { proofPurpose = 'assertionMethod', now, maxClockSkewMs = 300_000 }: ProofPolicy,
): ProofReason | undefined {
  if (proof.proofPurpose !== proofPurpose) return 'ERR_DPP_PROOF_PURPOSE'
  if (now === undefined) return undefined
  const created = readTime(proof.created)
  if (created !== undefined && created.getTime() > now.getTime() + maxClockSkewMs) {
    return 'ERR_DPP_PROOF_FUTURE'
  }
  const expires = readTime(proof.expires)
  // vc-data-integrity §2.1: `expires` names the first moment at which the proof no longer holds.
  if (expires !== undefined && expires.getTime() <= now.getTime()) return 'ERR_DPP_PROOF_EXPIRED'
  return undefined
}

/** The 64 signature bytes of a `proofValue` (vc-di-eddsa §3.3.6: base58btc only), or undefined. */
function decodeProofValue(proofValue: string): Uint8Array | undefined {
  // 64 bytes take 64 (all zero) to 88 characters.
  if (proofValue[0] !== 'z' || proofValue.length > 89) return undefined
  const bytes = readBase58btc(proofValue.slice(1))
  return bytes?.length === 64 ? bytes : undefined
}

function isShortText(value: Json | undefined): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= 2048
}
