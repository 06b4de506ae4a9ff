// Step 4 and 5 of the cycle: one step of the anchoring transaction's life. The writer records the signed bytes before it
// sends them and sends the same bytes again after a restart; only a root in a final block moves the batch on.
import type { AnchorRecord } from '@dpp/anchor/ethereum'
import type { Batch } from '../journal/batch-port.ts'
import { advanceTo, type BatchContext, hasReached } from './context.ts'

const MAX_STEPS = 8

export async function anchorRoot(context: BatchContext, batch: Batch): Promise<Batch> {
  if (hasReached(batch, 'final') || batch.root === undefined) return batch
  const before = await context.journal.anchors.load(batch.root)
  const record = await advanceWhileItMoves(context, batch.root)
  if (record === undefined) return batch
  tellProgress(context, batch, before?.state, record)
  const problem = record.notice === undefined ? undefined : describeNotice(record.notice)
  if (problem !== batch.problem) await context.book.noteProblem(batch.id, problem)
  if (record.notice !== undefined && problem !== batch.problem) {
    context.metrics.batchFailed(record.notice.code)
  }
  if (record.state !== 'final') return batch
  context.log.info({ event: 'batch.final', batch: batch.id, root: batch.root }, 'root is final')
  return await advanceTo(context, batch, 'final')
}

// One call is one step; a record that comes back as it was waits for the chain.
async function advanceWhileItMoves(
  context: BatchContext,
  root: string,
): Promise<AnchorRecord | undefined> {
  let record = await context.anchorWriter?.advance(root)
  for (let step = 1; record !== undefined && step < MAX_STEPS; step++) {
    if (record.state === 'final') return record
    const next: AnchorRecord | undefined = await context.anchorWriter?.advance(root)
    if (next === undefined || !hasMoved(record, next)) return next
    record = next
  }
  return record
}

// A reorg takes a record back: what it then passes again is told again.
function tellProgress(
  { metrics, tracing, log, now }: BatchContext,
  batch: Batch,
  before: AnchorRecord['state'] | undefined,
  record: AnchorRecord,
): void {
  const from = before === undefined ? 0 : states.indexOf(before)
  const passed = states.slice(from + 1, states.indexOf(record.state) + 1)
  const signedAt = new Date(record.transactions.at(-1)?.signedAt ?? now())
  if (passed.includes('sent')) {
    metrics.batchReached('submitted', batch.events)
    tracing.batchStep(batch, { name: 'submit', startedAt: signedAt })
    log.info({ event: 'anchor.submitted', batch: batch.id }, 'transaction sent')
  }
  if (passed.includes('mined')) {
    metrics.batchReached('mined', batch.events)
    tracing.batchStep(batch, { name: 'mine', startedAt: signedAt })
    log.info({ event: 'anchor.mined', batch: batch.id }, 'transaction is in a block')
  }
  if (passed.includes('final') && record.state === 'final') {
    metrics.batchReached('final', batch.events)
    tracing.batchStep(batch, { name: 'finalize', startedAt: new Date(record.block.timestamp) })
  }
}

const states: readonly AnchorRecord['state'][] = ['prepared', 'sent', 'mined', 'final']

function hasMoved(before: AnchorRecord, after: AnchorRecord): boolean {
  return before.state !== after.state || before.transactions.length !== after.transactions.length
}

function describeNotice(notice: { readonly code: string; readonly message: string }): string {
  return `${notice.code}: ${notice.message}`
}
