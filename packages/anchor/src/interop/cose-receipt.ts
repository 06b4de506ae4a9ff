// COSE Receipts (RFC 9942) of inclusion, verifiable data structure RFC9162_SHA256: a COSE_Sign1 (RFC 9052)
// over a root that is not inside; the verifier computes it from the leaf.
import { isBytes, isDppError, verifyEd25519 } from '@dpp/core'
import { type DecodeOptions, decode, encode } from 'cborg'
import { anchorError } from '../errors.ts'
import type { InclusionPlace } from '../files/witness-file.ts'
import { formatHash, parseHash } from '../tree/hash-text.ts'
import { rootFromInclusionProof } from '../tree/inclusion.ts'
import { isHash } from '../tree/leaf.ts'
import type { LogVerifier, RootSigner } from './root-signer.ts'

/** A parsed receipt. Nothing in it holds before `verifyCoseReceipt`. */
export type CoseReceipt = Omit<InclusionPlace, 'root'> & {
  /** The issuer claim (CWT claim 1 in protected header 15), where there is one. */
  readonly origin: string | undefined
  readonly protectedHeader: Uint8Array
  readonly signature: Uint8Array
}

const TAG_SIGN1 = 0xd2 // CBOR tag 18 in its one-byte form.
const ALG = 1
const CRIT = 2
const CWT_CLAIMS = 15 // RFC 9597
const CLAIM_ISS = 1
const VDS = 395
const VDP = 396
const RFC9162_SHA256 = 1
const PROOF_INCLUSION = -1
// EdDSA, as RFC 9053 registered it and most software knows it; Ed25519 of RFC 9864 is the same signature.
const ALG_EDDSA = -8
const ALG_ED25519 = -19

const MAX_BYTES = 2 ** 16
const strict: DecodeOptions = {
  strict: true,
  useMaps: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
}

/**
 * Writes an inclusion proof as a COSE Receipt, its root signed by the given key for the given origin
 * (the issuer claim).
 *
 * Whoever signs vouches for the root: sign only roots that were read from a chain or built here. In a
 * tree of one leaf the path is the empty list, for which RFC 9942 has no rule of its own.
 *
 * @throws ERR_DPP_HASH_INVALID
 */
export async function createCoseReceipt(
  place: InclusionPlace,
  options: { readonly origin: string; readonly signer: RootSigner },
): Promise<Uint8Array> {
  const claims = new Map([[CLAIM_ISS, options.origin]])
  const protectedHeader = encode(
    new Map<number, unknown>([
      [ALG, ALG_EDDSA],
      [CWT_CLAIMS, claims],
      [VDS, RFC9162_SHA256],
    ]),
  )
  const proof = encode([place.treeSize, place.leafIndex, place.path.map(parseHash)])
  const unprotected = new Map([[VDP, new Map([[PROOF_INCLUSION, [proof]]])]])
  const signature = await options.signer.sign(signedBytes(protectedHeader, parseHash(place.root)))
  return new Uint8Array([TAG_SIGN1, ...encode([protectedHeader, unprotected, null, signature])])
}

/**
 * Parses a receipt of inclusion: tagged, deterministic CBOR, EdDSA, the payload detached, exactly one
 * proof; critical headers are refused, others are ignored.
 *
 * @throws ERR_DPP_COSE_RECEIPT_INVALID
 */
export function parseCoseReceipt(bytes: Uint8Array): CoseReceipt {
  if (!isBytes(bytes) || bytes.length > MAX_BYTES || bytes[0] !== TAG_SIGN1)
    throw invalid('not a tagged COSE_Sign1')
  const message = decodeStrict(bytes.subarray(1))
  if (!Array.isArray(message) || message.length !== 4) throw invalid('not a COSE_Sign1')
  const [protectedHeader, unprotected, payload, signature] = message as unknown[]
  if (
    !isBytes(protectedHeader) ||
    !(unprotected instanceof Map) ||
    payload !== null ||
    !isBytes(signature)
  ) {
    throw invalid('not a COSE_Sign1 with a detached payload')
  }
  const header = decodeStrict(protectedHeader)
  if (!(header instanceof Map) || header.has(CRIT)) throw invalid('protected header')
  if (header.get(ALG) !== ALG_EDDSA && header.get(ALG) !== ALG_ED25519)
    throw invalid('another algorithm')
  if (header.get(VDS) !== RFC9162_SHA256) throw invalid('another verifiable data structure')
  return { ...parseInclusion(unprotected), origin: issuerOf(header), protectedHeader, signature }
}

/**
 * Tells whether the receipt leads from the leaf to a root that the verifier's key signed for the
 * verifier's origin. A receipt is its signer's word; it is no anchor. Its signature covers the root alone:
 * tree size and index are claims that fit the path.
 */
export function verifyCoseReceipt(
  receipt: CoseReceipt,
  leafHash: Uint8Array,
  verifier: LogVerifier,
): boolean {
  if (receipt.origin !== verifier.origin) return false
  try {
    const path = receipt.path.map(parseHash)
    const root = rootFromInclusionProof({ ...receipt, leafHash, path })
    return verifyEd25519(
      verifier.publicKey,
      signedBytes(receipt.protectedHeader, root),
      receipt.signature,
    )
  } catch (error) {
    if (isDppError(error)) return false
    throw error
  }
}

// RFC 9052 §4.4: Sig_structure, with no external data.
function signedBytes(protectedHeader: Uint8Array, root: Uint8Array): Uint8Array {
  return encode(['Signature1', protectedHeader, new Uint8Array(0), root])
}

// RFC 9942 §5.2: { 396: { -1: [ bstr .cbor [tree-size, leaf-index, path] ] } }.
function parseInclusion(unprotected: Map<unknown, unknown>): Omit<InclusionPlace, 'root'> {
  const proofs = unprotected.get(VDP)
  const inclusion: unknown = proofs instanceof Map ? proofs.get(PROOF_INCLUSION) : undefined
  if (!Array.isArray(inclusion) || inclusion.length !== 1 || !isBytes(inclusion[0])) {
    throw invalid('not exactly one inclusion proof')
  }
  const proof = decodeStrict(inclusion[0])
  if (!Array.isArray(proof) || proof.length !== 3) throw invalid('inclusion proof')
  const [treeSize, leafIndex, path] = proof as unknown[]
  if (!isCount(treeSize) || !isCount(leafIndex) || !Array.isArray(path) || !path.every(isHash)) {
    throw invalid('inclusion proof')
  }
  return { leafIndex, treeSize, path: path.map(formatHash) }
}

function issuerOf(header: Map<unknown, unknown>): string | undefined {
  const claims = header.get(CWT_CLAIMS)
  const issuer: unknown = claims instanceof Map ? claims.get(CLAIM_ISS) : undefined
  return typeof issuer === 'string' ? issuer : undefined
}

function decodeStrict(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, strict)
  } catch (cause) {
    throw anchorError('ERR_DPP_COSE_RECEIPT_INVALID', 'not deterministic CBOR', { cause })
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function invalid(message: string): Error {
  return anchorError('ERR_DPP_COSE_RECEIPT_INVALID', message)
}
