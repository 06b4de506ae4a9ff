// "Verifying Witness Proofs During Resolution" and the threshold algorithm of did:webvh v1.0.
import {
  type DataIntegrityProof,
  DppError,
  isDppError,
  publicKeyOfDidKey,
  verifyProof,
} from '@dpp/core'
import type { Parameters } from '../log/parameters.ts'
import { approvers, type Witness } from './witness-list.ts'
import { parseWitnessProofs, type WitnessProofs } from './witness-proofs.ts'

/** A version whose approval is in question. */
export type WitnessedVersion = {
  readonly versionId: string
  readonly parameters: Pick<Parameters, 'witness'>
}

export type WitnessCheck = {
  /** The witnesses in force before the first of the versions. */
  readonly before: Witness | undefined
  readonly witnessFile: Uint8Array | string | undefined
  readonly now: Date
  readonly maxBytes: number
}

/** Tells whether any of the versions must be approved by witnesses. */
export function needsWitnesses(
  versions: readonly WitnessedVersion[],
  before: Witness | undefined,
): boolean {
  return approverLists(versions, before).some((list) => list !== undefined)
}

/** The first version that lacks the approval it needs, with the reason; `undefined` when all have it. */
export function findUnapproved(
  versions: readonly WitnessedVersion[],
  { before, witnessFile, now, maxBytes }: WitnessCheck,
): { index: number; error: DppError } | undefined {
  const lists = approverLists(versions, before)
  const first = lists.findIndex((list) => list !== undefined)
  if (first < 0) return undefined
  let file: WitnessProofs[]
  try {
    if (witnessFile === undefined)
      throw new DppError('ERR_DPP_DID_WITNESS_THRESHOLD', 'did-witness.json is missing')
    file = parseWitnessProofs(witnessFile, { maxBytes })
  } catch (error) {
    if (!isDppError(error)) throw error
    return { index: first, error }
  }
  const reachOf = reachFinder(versions, file, now)
  const index = lists.findIndex((list, at) => list !== undefined && reachOf(list) < at)
  if (index < 0) return undefined
  const message = `version ${versions[index]?.versionId} lacks the threshold of witness proofs`
  return { index, error: new DppError('ERR_DPP_DID_WITNESS_THRESHOLD', message) }
}

/** The document that a witness signs to approve a version. */
export function witnessDocument(versionId: string): { readonly versionId: string } {
  return { versionId }
}

/** Checks one witness proof with the key of its did:key, which is its only permitted source. */
export function isWitnessProof(versionId: string, proof: DataIntegrityProof, now: Date): boolean {
  const key = publicKeyOfDidKey(proof.verificationMethod)
  const policy = { now, maxClockSkewMs: Number.POSITIVE_INFINITY } // As for the entries' own proofs.
  return key !== undefined && verifyProof(witnessDocument(versionId), proof, key, policy).verified
}

/** The did:key DID of the witness a proof names; `undefined` where body and fragment differ or it is no did:key. */
export function witnessOf({
  verificationMethod,
}: {
  readonly verificationMethod: string
}): string | undefined {
  return (
    publicKeyOfDidKey(verificationMethod) &&
    verificationMethod.slice(0, verificationMethod.indexOf('#'))
  )
}

function approverLists(
  versions: readonly WitnessedVersion[],
  before: Witness | undefined,
): (Witness | undefined)[] {
  let active = before
  return versions.map(({ parameters }) => {
    const list = approvers(active, parameters.witness)
    active = parameters.witness
    return list
  })
}

/**
 * How far a list's approvals reach: the newest version that a threshold of its distinct witnesses approved, by proofs
 * of that version or of later ones. Found once per list, however many versions it stands over.
 */
function reachFinder(
  versions: readonly WitnessedVersion[],
  file: readonly WitnessProofs[],
  now: Date,
): (list: Witness) => number {
  const newestApproved = approvalFinder(versions, file, now)
  const known = new Map<Witness, number>()
  return (list) => {
    const reach =
      known.get(list) ??
      list.witnesses.map(({ id }) => newestApproved(id)).toSorted((a, b) => b - a)[
        list.threshold - 1
      ] ??
      -1
    known.set(list, reach)
    return reach
  }
}

// A proof approves all earlier versions, so one verified proof per witness answers for the whole log: its newest
// that holds. Proofs for versions that the log lacks carry no approval at all.
function approvalFinder(
  versions: readonly WitnessedVersion[],
  file: readonly WitnessProofs[],
  now: Date,
): (id: string) => number {
  const position = new Map(versions.map(({ versionId }, index) => [versionId, index]))
  const claims = new Map<
    string,
    { index: number; versionId: string; proof: DataIntegrityProof }[]
  >()
  for (const { versionId, proof } of file) {
    const index = position.get(versionId)
    if (index === undefined) continue
    for (const each of proof) {
      const id = witnessOf(each)
      if (id === undefined) continue
      const list = claims.get(id) ?? []
      list.push({ index, versionId, proof: each })
      claims.set(id, list)
    }
  }
  const found = new Map<string, number>()
  return (id) => {
    const known = found.get(id)
    if (known !== undefined) return known
    const sorted = (claims.get(id) ?? []).toSorted((a, b) => b.index - a.index)
    const newest =
      sorted.find(({ versionId, proof }) => isWitnessProof(versionId, proof, now))?.index ?? -1
    found.set(id, newest)
    return newest
  }
}
