// The batch cycle: claim → sign entries → record → publish logs → tree → self-check → record root → write-ahead → send →
// confirm → publish proofs → settle. Each step records that it is done before the next begins and does nothing when it
// is done already, so that a crash between or inside any two loses nothing and anchors nothing twice.
import type { Batch } from '../journal/batch-port.ts'
import { describeError, errorCode } from '../logger.ts'
import { type BatchStep, traceStep } from '../observability/tracing.ts'
import { anchorRoot } from './anchor-root.ts'
import { buildTreeOfLogs, rebuildTree, recordRoot } from './batch-tree.ts'
import { closeLogs } from './close-logs.ts'
import { type BatchContext, hasReached } from './context.ts'
import { publishEvidence } from './publish-evidence.ts'
import { publishLogs } from './publish-logs.ts'
import { publishProofs, settle } from './publish-proofs.ts'
import { resumeWalk } from './published-marks.ts'
import { signEntries } from './sign-entries.ts'

/** Claims what waits into a new batch, if anything does. */
export async function claimBatch(context: BatchContext): Promise<void> {
  await closeLogs(context)
  const { oldest } = await context.journal.events.backlog()
  const batch = await context.book.claim(context.maxDeliveries, context.now())
  if (batch === undefined) return
  context.metrics.batchClaimed(batch.id, oldest)
  context.log.info(
    { event: 'batch.claimed', batch: batch.id, events: batch.events },
    'batch claimed',
  )
  context.crashPoint('K3')
}

/** The half of the cycle that needs no chain: after it the logs are out and the root never changes again. */
export async function sealBatch(context: BatchContext, claimed: Batch): Promise<void> {
  const step = <Result>(name: BatchStep['name'], work: () => Promise<Result>): Promise<Result> =>
    traceStep(context, claimed, name, work)
  // Recorded before anything leaves the process.
  const signed = await step('sign', () => signEntries(context, claimed))
  // Readers see pending.
  const published = await step('publish logs', () => publishLogs(context, signed))
  // Every proof checked.
  const tree = await step('tree', () => buildTreeOfLogs(context, published))
  await recordRoot(context, published, tree)
}

/** The half that waits for the chain, as far as it can go now. */
export async function anchorBatch(context: BatchContext, sealed: Batch): Promise<void> {
  const anchored = await anchorRoot(context, sealed) //       write-ahead, send, confirm: one step at a time
  if (!hasReached(anchored, 'final')) return
  await publishEvidence(context, anchored) //                 nodes forget it within minutes: not after any wait
  if (!isPastCaches(context, anchored)) return
  const tree = await rebuildTree(context.journal, anchored) // out of the record, checked again
  // Readers see anchored.
  const walk = await resumeWalk(context, anchored, 'proofs')
  await traceStep(context, sealed, 'publish proofs', () =>
    publishProofs(context, anchored, tree, walk),
  )
  await settle(context, anchored)
}

/** Seals every open batch that is not sealed yet. */
export async function sealOpenBatches(context: BatchContext): Promise<void> {
  await forEachOpen(context, (batch) => !hasReached(batch, 'rooted'), sealBatch)
}

/** Takes every sealed batch a step further on the chain. */
export async function anchorOpenBatches(context: BatchContext): Promise<void> {
  await forEachOpen(context, (batch) => hasReached(batch, 'rooted'), anchorBatch)
}

// One batch that is held up holds up no other: it stays open with its reason and is tried again on the next run.
async function forEachOpen(
  context: BatchContext,
  isDue: (batch: Batch) => boolean,
  step: (context: BatchContext, batch: Batch) => Promise<void>,
): Promise<void> {
  const open = await context.book.open()
  for (const batch of open.filter(isDue)) {
    try {
      await step(context, batch)
    } catch (error) {
      context.metrics.batchFailed(errorCode(error))
      const problem = context.redact(describeError(error))
      context.log.error(
        { event: 'batch.held_up', batch: batch.id, error: problem },
        'batch is held up',
      )
      await context.book.noteProblem(batch.id, problem)
    }
  }
}

// A reader who sees a proof before the entry that it is about would have to fetch the log again: wait until caches that
// hold the older log have let go of it.
function isPastCaches(context: BatchContext, batch: Batch): boolean {
  const publishedMs = batch.publishedAt?.getTime() ?? 0
  return context.now().getTime() >= publishedMs + context.proofDelayMs
}
