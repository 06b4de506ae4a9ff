// Step 5 of the cycle, second half: header and storage proofs of the final anchor, published beside the batch file. They
// outlive the chain, and can be had for about 128 blocks only.
import { publishObject } from '@dpp/anchor'
import { canonicalize, encodeUtf8 } from '@dpp/core'
import type { Batch } from '../journal/batch-port.ts'
import { describeError } from '../logger.ts'
import { evidenceKey, jsonMeta } from '../storage-keys.ts'
import type { BatchContext } from './context.ts'

/**
 * Captures and publishes the evidence of a batch once; the first capture stands.
 *
 * A failure is an alert, not a stop: the proofs verify against the chain without it.
 */
export async function publishEvidence(context: BatchContext, batch: Batch): Promise<void> {
  const { registryReader, anchorWriter, store } = context
  if (batch.root === undefined || registryReader === undefined || anchorWriter === undefined) return
  const key = evidenceKey(batch.root)
  try {
    if ((await store.read(key)) !== undefined) return
    const { registry, anchorer } = anchorWriter
    const record = await context.journal.anchors.load(batch.root)
    const batchId = record?.state === 'final' ? { batchId: record.batchId } : {}
    const query = { registry, anchorer, root: batch.root, ...batchId }
    const evidence = await registryReader.captureEvidence(query)
    if (evidence === undefined) throw new Error('the anchor is not final for the reader')
    await publishObject(store, key, encodeUtf8(canonicalize(evidence)), jsonMeta)
  } catch (error) {
    context.log.warn(
      { event: 'batch.evidence_missing', batch: batch.id, error: describeError(error) },
      'no evidence captured',
    )
  }
}
