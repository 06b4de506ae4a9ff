// Reads a `witness.json` and recomputes every proof in it from the log: leaf, path, root.
import { hashLeaf, type InclusionProof, parseWitnessFile, verifyInclusionProof } from '@dpp/anchor'
import { invariant, isDppError } from '@dpp/core'
import { describe, faultOf, outageText } from '../checks/fault.ts'
import type { Context } from '../context.ts'
import { ended, finding, type Outcome } from '../verdict/reasons.ts'
import type { Finding, Warning } from '../verdict/verdict.ts'
import type { VerifiedLog } from './read-log.ts'

export type ProofFile =
  | { readonly proofs: readonly InclusionProof[] }
  | Outcome<'pending' | 'indeterminate' | 'invalid'>

/** Reads the proof file of the product or issuer `scid`. A file that is absent is `pending`: nobody claims an anchor. */
export async function readProofFile(
  url: string,
  scid: string,
  context: Context,
): Promise<ProofFile> {
  const { read, limits } = context
  const reading = await read(url, limits.maxProofBytes)
  if (reading.status === 'absent') return ended('pending', 'inclusion.none-yet', { url })
  if (reading.status === 'unreachable' && reading.cause === 'too-large') {
    return ended('indeterminate', 'inclusion.too-large', { url, cause: reading.detail })
  }
  if (reading.status !== 'found') {
    return ended('indeterminate', 'inclusion.unreachable', { url, cause: outageText(reading) })
  }
  try {
    const file = parseWitnessFile(reading.body, {
      maxBytes: limits.maxProofBytes,
      maxMembers: 1_000_000,
    })
    if (file.scid !== scid) {
      return ended('invalid', 'inclusion.other-product', { expected: scid, found: file.scid })
    }
    return { proofs: file.proofs }
  } catch (error) {
    if (!isDppError(error)) throw error
    return refuse(error, reading.body.length === 0)
  }
}

function refuse(error: Error & { code: string }, isEmpty: boolean): ProofFile {
  if (error.code === 'ERR_DPP_WITNESS_FILE_UNSUPPORTED') {
    return ended('indeterminate', 'inclusion.unsupported', { cause: describe(error) })
  }
  const { fault, cause } = faultOf(error)
  if (fault === 'unreadable' || isEmpty)
    return ended('indeterminate', 'inclusion.unreadable', { cause })
  if (fault === 'too-large') return ended('indeterminate', 'inclusion.too-large', { cause })
  return ended('invalid', 'inclusion.broken', { cause })
}

/** One entry's place in one batch, shown from the log itself. */
export type ProvenEntry = {
  /** Index of the entry in the log's versions. */
  readonly index: number
  readonly proof: InclusionProof
  readonly leafHash: Uint8Array
}

export type Inclusion = {
  readonly proven: readonly ProvenEntry[]
  /** The first proof that does not lead to its root. */
  readonly mismatch: Finding | undefined
  /** A versionId numbered above the tip: the log that was served is older than the proofs. */
  readonly beyond: string | undefined
  readonly warnings: readonly Warning[]
}

/**
 * Recomputes every proof for an entry of the log.
 *
 * The leaf is hashed from the log's own entry and never taken from a file. A proof for a version that the
 * log lacks proves nothing.
 */
export function recomputeInclusion(log: VerifiedLog, proofs: readonly InclusionProof[]): Inclusion {
  const indexes = new Map(log.versions.map(({ versionId }, index) => [versionId, index]))
  const leafHashes = new Map<number, Uint8Array>()
  const leafHashOf = (index: number): Uint8Array => {
    const known = leafHashes.get(index) ?? leafHashAt(log, index)
    leafHashes.set(index, known)
    return known
  }
  const proven: ProvenEntry[] = []
  const warnings: Warning[] = []
  let mismatch: Finding | undefined
  let beyond: string | undefined
  for (const proof of proofs) {
    const { versionId, root } = proof
    const index = indexes.get(versionId)
    if (index === undefined) {
      if (Number.parseInt(versionId, 10) > log.newest.versionNumber) beyond ??= versionId
      else if (warnings.length === 0) warnings.push(finding('warning.foreign-proof', { versionId }))
      continue
    }
    const leafHash = leafHashOf(index)
    if (verifyInclusionProof(proof, leafHash)) proven.push({ index, proof, leafHash })
    else mismatch ??= finding('inclusion.root-mismatch', { versionId, root })
  }
  return { proven, mismatch, beyond, warnings }
}

/** The leaf hash of one version, from the canonical text of the very entry that was verified, proof included. */
export function leafHashAt({ versions }: VerifiedLog, index: number): Uint8Array {
  const version = versions[index]
  invariant(version !== undefined, 'the index came from this log')
  return hashLeaf(version.text)
}
