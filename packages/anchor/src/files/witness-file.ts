// `witness.json`: the anchored proofs of one product's log entries. Format: docs/spec/witness-file.md, version 1.
//
// It is evidence, not authority: nothing in it is believed before the leaf is recomputed from the log,
// the path leads to the root, and the root is read from a chain.
import {
  canonicalize,
  isDppError,
  isJsonObject,
  type Json,
  type JsonLimits,
  type JsonObject,
  parseStrict,
} from '@dpp/core'
import { anchorError } from '../errors.ts'
import { isHashText, parseHash } from '../tree/hash-text.ts'
import { rootFromInclusionProof } from '../tree/inclusion.ts'
import { isSameHash } from '../tree/leaf.ts'
import { type Anchor, isAnchor, mergeAnchors } from './anchor.ts'

/** A leaf's place in a tree and the path from it to the root. Hashes as `0x` and 64 hex digits. */
export type InclusionPlace = {
  readonly leafIndex: number
  readonly treeSize: number
  readonly path: readonly string[]
  readonly root: string
}

/** One entry's place in one batch, and where the batch's root stands. */
export type InclusionProof = InclusionPlace & {
  readonly versionId: string
  readonly anchors: readonly Anchor[]
}

/** `witness.json`: the inclusion proofs of one log and the anchors of their roots (docs/spec/witness-file.md). */
export type WitnessFile = {
  readonly type: 'DppAnchorWitness'
  readonly version: 1
  readonly scid: string
  readonly leaf: 'webvh-entry-jcs'
  readonly tree: 'rfc9162-sha256'
  readonly proofs: readonly InclusionProof[]
}

/** Limits of a witness file, read or written: 16 MiB, some ten thousand proofs. */
export const witnessFileLimits: JsonLimits = { maxBytes: 16 * 2 ** 20, maxMembers: 1_000_000 }

const SCID = /^Qm[1-9A-HJ-NP-Za-km-z]{44}$/
const VERSION_ID = /^[1-9][0-9]{0,15}-Qm[1-9A-HJ-NP-Za-km-z]{44}$/
const MAX_PATH = 53 // Sizes are safe integers, so no path is longer.

/**
 * Parses a `witness.json`.
 *
 * Refuses what is not strict JSON or breaks the format. Members that the format does not name are kept
 * and mean nothing. A version, leaf or tree that this code does not know has a code of its own: such a
 * file is no evidence either way.
 *
 * @throws ERR_DPP_WITNESS_FILE_INVALID, ERR_DPP_WITNESS_FILE_UNSUPPORTED
 */
export function parseWitnessFile(
  input: Uint8Array | string,
  limits: JsonLimits = witnessFileLimits,
): WitnessFile {
  const file = parseJsonFile(input, 'ERR_DPP_WITNESS_FILE_INVALID', limits)
  if (file['type'] !== 'DppAnchorWitness') throw invalid('type is not DppAnchorWitness')
  assertSupported(file, 'version', 1)
  assertSupported(file, 'leaf', 'webvh-entry-jcs')
  assertSupported(file, 'tree', 'rfc9162-sha256')
  if (!isTextOf(SCID, file['scid'])) throw invalid('scid is not an SCID')
  const proofs = file['proofs']
  if (!Array.isArray(proofs)) throw invalid('proofs is not a list')
  for (const [index, proof] of proofs.entries()) {
    const fault = proofFault(proof)
    if (fault !== undefined) throw invalid(`proofs[${index}]: ${fault}`)
  }
  return file as WitnessFile & JsonObject
}

/** The text of a `witness.json`: JCS. */
export function formatWitnessFile(file: WitnessFile): string {
  return canonicalize(file, witnessFileLimits)
}

/**
 * Adds one proof to the file of product `scid`; without a file it begins one.
 *
 * A proof of the same entry in the same batch gets the new anchors (see `mergeAnchors`); any other is
 * added at the end; nothing is ever removed.
 *
 * @throws ERR_DPP_PROOF_CONFLICT when the file belongs to another product, or has another place or
 * path for the same entry in the same batch.
 */
export function mergeProof(
  file: WitnessFile | undefined,
  proof: InclusionProof,
  scid: string,
): WitnessFile {
  const earlier = file ?? createWitnessFile(scid)
  if (earlier.scid !== scid)
    throw conflict(`the file belongs to ${earlier.scid}, the proof to ${scid}`)
  const known = earlier.proofs.findIndex(
    (p) => p.versionId === proof.versionId && p.root === proof.root,
  )
  const same = earlier.proofs[known]
  if (same === undefined) return { ...earlier, proofs: [...earlier.proofs, proof] }
  if (canonicalize(placeOf(same)) !== canonicalize(placeOf(proof))) {
    throw conflict(`two places of ${proof.versionId} under ${proof.root}`)
  }
  const merged = { ...same, anchors: mergeAnchors(same.anchors, proof.anchors) }
  return { ...earlier, proofs: earlier.proofs.with(known, merged) }
}

/**
 * Tells whether the proof leads from a leaf hash, which the caller computed from the log entry
 * (`entryLeafHash`), to the proof's own root. It says nothing about that root: look for it on a chain.
 */
export function verifyInclusionProof(proof: InclusionPlace, leafHash: Uint8Array): boolean {
  const { leafIndex, treeSize } = proof
  try {
    const path = proof.path.map(parseHash)
    return isSameHash(
      rootFromInclusionProof({ leafHash, leafIndex, treeSize, path }),
      parseHash(proof.root),
    )
  } catch (error) {
    if (isDppError(error)) return false
    throw error
  }
}

/** Parses strict JSON that must be an object, with the file's own code for whatever it breaks. */
export function parseJsonFile(
  input: Uint8Array | string,
  code: 'ERR_DPP_WITNESS_FILE_INVALID' | 'ERR_DPP_BATCH_FILE_INVALID',
  limits: JsonLimits,
): JsonObject {
  let value: Json
  try {
    value = parseStrict(input, limits)
  } catch (cause) {
    throw anchorError(code, 'not strict JSON', { cause })
  }
  if (!isJsonObject(value)) throw anchorError(code, 'not a JSON object')
  return value
}

/** Tells whether a value is the versionId of a did:webvh v1.0 log entry: number, hyphen, entry hash. */
export function isVersionId(value: Json | undefined): value is string {
  return isTextOf(VERSION_ID, value)
}

function createWitnessFile(scid: string): WitnessFile {
  return {
    type: 'DppAnchorWitness',
    version: 1,
    scid,
    leaf: 'webvh-entry-jcs',
    tree: 'rfc9162-sha256',
    proofs: [],
  }
}

// What is fixed once an entry stands in a batch.
function placeOf({ leafIndex, treeSize, path }: InclusionProof): Json {
  return { leafIndex, treeSize, path }
}

function proofFault(proof: Json): string | undefined {
  if (!isJsonObject(proof)) return 'not an object'
  const { versionId, leafIndex, treeSize, path, root, anchors } = proof
  if (!isVersionId(versionId)) return 'versionId is not one'
  if (!isCount(leafIndex) || !isCount(treeSize) || leafIndex >= treeSize)
    return 'leafIndex or treeSize'
  if (!Array.isArray(path) || path.length > MAX_PATH || !path.every(isHashText)) return 'path'
  if (!isHashText(root)) return 'root'
  return Array.isArray(anchors) && anchors.every(isAnchor) ? undefined : 'anchors'
}

function assertSupported(file: JsonObject, name: 'version' | 'leaf' | 'tree', known: Json): void {
  const value = file[name]
  if (value === known) return
  if (typeof value !== typeof known) throw invalid(`${name} is missing or of the wrong type`)
  throw anchorError('ERR_DPP_WITNESS_FILE_UNSUPPORTED', `unknown ${name} ${String(value)}`)
}

function isCount(value: Json | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isTextOf(pattern: RegExp, value: Json | undefined): boolean {
  return typeof value === 'string' && pattern.test(value)
}

function invalid(message: string): Error {
  return anchorError('ERR_DPP_WITNESS_FILE_INVALID', message)
}

function conflict(message: string): Error {
  return anchorError('ERR_DPP_PROOF_CONFLICT', message)
}
