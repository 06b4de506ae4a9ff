// Mirrors of the issuers' logs under `issuers/<SCID>/`: an event must stay verifiable when its issuer is gone. The tip of
// each mirror is a leaf of the batch, so that the mirror's age can be proved as well.
import { updateObject } from '@dpp/anchor'
import { decodeUtf8 } from '@dpp/core'
import type { Batch } from '../journal/batch-port.ts'
import { describeError } from '../logger.ts'
import { jsonMeta, mirrorApprovalsKey, mirrorLogKey } from '../storage-keys.ts'
import type { BatchContext } from './context.ts'
import { growLog } from './grow-log.ts'
import { visitAll } from './pages.ts'

export async function mirrorIssuers(context: BatchContext, batch: Batch): Promise<void> {
  const failures = await visitAll(await context.book.issuers(batch.id), (did) =>
    mirrorIssuer(context, batch, did),
  )
  // No mirror, no leaf: the next batch with an event of this issuer tries again.
  for (const { item, error } of failures) {
    context.log.error(
      { event: 'issuer.not_mirrored', issuer: item, error: describeError(error) },
      'issuer log not mirrored',
    )
  }
}

async function mirrorIssuer(context: BatchContext, batch: Batch, did: string): Promise<void> {
  const known = await context.journal.issuers.find(did)
  if (known === undefined) return // A did:key issuer has no log.
  if (known.witnessFile !== undefined) await mirrorApprovals(context, known.scid, known.witnessFile)
  const outcome = await growLog(context.store, mirrorLogKey(known.scid), decodeUtf8(known.log))
  context.crashPoint('K10')
  if (outcome.kind === 'diverged') {
    // Two histories of one issuer. The mirror keeps the one that was anchored first; the events stay as they are,
    // because a verifier finds the fork by itself.
    context.log.error(
      { event: 'issuer.diverged', batch: batch.id, issuer: did },
      'issuer log diverges from its mirror',
    )
  }
}

// did:webvh v1.0, "DID Witnesses": the approvals are published before the entries that need them.
async function mirrorApprovals(
  context: BatchContext,
  scid: string,
  witnessFile: Uint8Array,
): Promise<void> {
  await updateObject(context.store, mirrorApprovalsKey(scid), () => witnessFile, jsonMeta)
}
