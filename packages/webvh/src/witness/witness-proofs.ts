// `did-witness.json` (did:webvh v1.0, "The Witness Proofs File"): parse, format, merge, prune. It holds approvals by
// did:key witnesses and is not the project's own `witness.json`, which holds anchor proofs.
import {
  canonicalize,
  type DataIntegrityProof,
  DppError,
  type Json,
  parseProof,
  parseStrict,
} from '@dpp/core'
import { defaultLimits } from '../log/limits.ts'

/** The approvals of one version. */
export type WitnessProofs = {
  readonly versionId: string
  readonly proof: readonly DataIntegrityProof[]
}

/**
 * Parses a `did-witness.json`.
 *
 * Refuses what is not an array of `{ versionId, proof }`; a proof inside that is malformed is left out, because a
 * resolver may ignore proofs that fail, and one bad proof must not hide the good ones.
 * @throws ERR_DPP_DID_WITNESS_SYNTAX
 */
export function parseWitnessProofs(
  file: Uint8Array | string,
  { maxBytes = defaultLimits.maxBytes }: { readonly maxBytes?: number } = {},
): WitnessProofs[] {
  if (file.length > maxBytes) throw syntax(`it is larger than ${maxBytes} bytes`)
  const value = parseJson(file, maxBytes)
  if (!Array.isArray(value)) throw syntax('it is not an array')
  return value.map((item: Json) => {
    const { versionId, proof = [] } = (item ?? {}) as { readonly [name: string]: Json }
    if (typeof versionId !== 'string') throw syntax('a member has no versionId')
    if (!Array.isArray(proof)) throw syntax("a member's proof is not an array")
    return { versionId, proof: proof.flatMap(parseWitnessProof) }
  })
}

/** The text of a `did-witness.json`, in the order of version numbers; members without proofs are left out. */
export function formatWitnessProofs(file: readonly WitnessProofs[]): string {
  const number = ({ versionId }: WitnessProofs): number => Number.parseInt(versionId, 10)
  const kept = file.filter(({ proof }) => proof.length > 0)
  return `${canonicalize(kept.toSorted((a, b) => number(a) - number(b)))}\n`
}

/**
 * Adds the proofs of `added` to `file`; the same proof twice is kept once.
 *
 * Refuses two versions with one number: "consolidation of witness.json MUST fail on conflicting branches".
 * @throws ERR_DPP_DID_WITNESS_CONFLICT
 */
export function mergeWitnessProofs(
  file: readonly WitnessProofs[],
  added: readonly WitnessProofs[],
): WitnessProofs[] {
  const merged = new Map<string, { versionId: string; proof: Map<string, DataIntegrityProof> }>()
  for (const { versionId, proof } of [...file, ...added]) {
    const number = versionId.split('-', 1)[0] ?? ''
    const known = merged.get(number) ?? { versionId, proof: new Map() }
    if (known.versionId !== versionId) {
      throw new DppError(
        'ERR_DPP_DID_WITNESS_CONFLICT',
        `two versions are numbered ${number}: the log has forked`,
      )
    }
    for (const each of proof) known.proof.set(canonicalize(each), each)
    merged.set(number, known)
  }
  return [...merged.values()].map(({ versionId, proof }) => ({
    versionId,
    proof: [...proof.values()],
  }))
}

/**
 * Keeps, per witness, the proof of its newest published version and those of versions not yet published.
 *
 * `published` are the versionIds of the log, oldest first. The proofs are not verified here.
 */
export function pruneWitnessProofs(
  file: readonly WitnessProofs[],
  published: readonly string[],
): WitnessProofs[] {
  const position = new Map(published.map((versionId, index) => [versionId, index]))
  const newest = new Map<string, number>()
  for (const { versionId, proof } of file) {
    const index = position.get(versionId)
    if (index === undefined) continue
    for (const { verificationMethod } of proof) {
      newest.set(verificationMethod, Math.max(index, newest.get(verificationMethod) ?? 0))
    }
  }
  const isKept = (versionId: string, { verificationMethod }: DataIntegrityProof): boolean =>
    !position.has(versionId) || newest.get(verificationMethod) === position.get(versionId)
  return file
    .map(({ versionId, proof }) => ({
      versionId,
      proof: proof.filter((each) => isKept(versionId, each)),
    }))
    .filter(({ proof }) => proof.length > 0)
}

function parseJson(file: Uint8Array | string, maxBytes: number): Json {
  try {
    return parseStrict(file, { maxBytes })
  } catch (cause) {
    throw syntax('it is not strict JSON', cause)
  }
}

function parseWitnessProof(proof: Json): DataIntegrityProof[] {
  try {
    return [parseProof(proof)]
  } catch {
    return []
  }
}

function syntax(reason: string, cause?: unknown): DppError {
  return new DppError('ERR_DPP_DID_WITNESS_SYNTAX', `not a did-witness.json: ${reason}`, { cause })
}
