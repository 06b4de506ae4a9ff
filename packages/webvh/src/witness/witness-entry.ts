// What a witness does (did:webvh v1.0, "Witnessing a DID Version Update"): check a candidate against its own copy of
// the log, and sign at most one child of each version.
import { createProof, DppError, type Signer } from '@dpp/core'
import { applyEntry } from '../log/apply-entry.ts'
import { readEntry } from '../log/entry.ts'
import type { LogHead } from '../log/head.ts'
import { defaultLimits } from '../log/limits.ts'
import { witnessDocument, witnessOf } from './witness-check.ts'
import { approvers } from './witness-list.ts'
import type { WitnessProofs } from './witness-proofs.ts'

/** Remembers, durably and for good, which child of a version was approved. */
export type WitnessJournal = {
  /** Records `versionId` as the child of `parent` unless there is one already; answers the one that is recorded. */
  claim(parent: string, versionId: string): Promise<string>
}

/** The witness’s key, its memory of what it approved, and its clock. */
export type WitnessEntryOptions = {
  /** Its verification method is the witness's `did:key:…#…`. */
  readonly signer: Signer
  readonly journal: WitnessJournal
  readonly now: Date
  readonly futureToleranceMs?: number
}

/** The approval to send to the controller, and the head to keep once the entry is published. */
export type WitnessedEntry = { readonly approval: WitnessProofs; readonly head: LogHead }

/**
 * Verifies a candidate line as the next entry after `head` (the witness's own verified copy; `undefined` for a genesis)
 * and approves it.
 *
 * Refuses what a resolver would refuse, a signer that is not among the active witnesses, and a second child of one
 * version. Whether the change itself is agreeable is the caller's to decide before this call.
 * @throws ERR_DPP_LOG_…, ERR_DPP_DID_WITNESS_ROLE, ERR_DPP_DID_WITNESS_CONFLICT
 */
export async function witnessEntry(
  head: LogHead | undefined,
  line: string,
  {
    signer,
    journal,
    now,
    futureToleranceMs = defaultLimits.futureToleranceMs,
  }: WitnessEntryOptions,
): Promise<WitnessedEntry> {
  const { entry, content } = readEntry(line)
  const next = applyEntry(head, entry, { now, futureToleranceMs }, content)
  const list = approvers(head?.parameters.witness, next.parameters.witness)
  const witness = witnessOf(signer)
  if (!list?.witnesses.some(({ id }) => id === witness)) {
    throw new DppError(
      'ERR_DPP_DID_WITNESS_ROLE',
      "the signer is not one of the entry's active witnesses",
    )
  }
  // "witnesses MUST NOT sign more than one child of the same parent": recorded before the signature exists.
  const approved = await journal.claim(head?.versionId ?? next.scid, next.versionId)
  if (approved !== next.versionId) {
    throw new DppError(
      'ERR_DPP_DID_WITNESS_CONFLICT',
      'another child of the same version was approved before',
    )
  }
  const proof = await createProof(witnessDocument(next.versionId), { signer, created: now })
  return { approval: { versionId: next.versionId, proof: [proof] }, head: next }
}
