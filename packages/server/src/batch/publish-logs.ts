// Step 2b of the cycle: event files, then product logs, then mirrors of the issuers' logs. Readers see the products as
// pending from here on. A published log only ever grows: each write is conditional on the version that was read.

import { publishObject } from '@dpp/anchor'
import { formatHead, type LogVersion, verifyLog } from '@dpp/webvh'
import { controllerOf } from '../custody/genesis.ts'
import type { Batch, Winners } from '../journal/batch-port.ts'
import type { Entry } from '../journal/log-port.ts'
import { describeError } from '../logger.ts'
import { eventKey, eventMeta, logKey } from '../storage-keys.ts'
import { advanceTo, type BatchContext, hasReached } from './context.ts'
import { type GrowOutcome, growLog } from './grow-log.ts'
import { mirrorIssuers } from './mirror-issuers.ts'
import { forEachPage } from './pages.ts'
import { resumeWalk } from './published-marks.ts'

export async function publishLogs(context: BatchContext, batch: Batch): Promise<Batch> {
  if (hasReached(batch, 'published')) return batch
  const deferred = await publishEvents(context, batch)
  const { onReached, ...logs } = await resumeWalk(context, batch, 'logs')
  let isAnyOut = logs.after !== undefined
  const failures = await forEachPage({
    page: (limit, after) => context.book.products(batch.id, limit, after),
    visit: async (scid) => {
      if (deferred.has(scid)) return
      await publishProductLog(context, batch, scid)
      isAnyOut = true
    },
    ...logs,
    // A product that was left out for its event's sake is not out: a walk that begins again must come to it.
    ...(deferred.size === 0 ? { onReached } : {}),
  })
  for (const { item, error } of failures) deferred.set(item, error)
  // Where nothing at all can be published, the store is down: the batch waits.
  if (!isAnyOut) for (const error of deferred.values()) throw error
  for (const [scid, error] of deferred) {
    // One bad product never stops the others: what it has stays as it is, for the next batch.
    context.log.error(
      { event: 'batch.product_deferred', batch: batch.id, scid, error: describeError(error) },
      'product deferred',
    )
    await context.book.defer(batch.id, scid)
  }
  await mirrorIssuers(context, batch)
  return await advanceTo(context, batch, 'published')
}

// Gives the products that carry an event whose file cannot be written, with the reason: their logs wait for it.
async function publishEvents(context: BatchContext, batch: Batch): Promise<Map<string, unknown>> {
  const failures = await forEachPage({
    page: (limit, after) => context.book.digests(batch.id, limit, after),
    visit: async (digest) => {
      const bytes = await context.journal.events.publicBytes(digest)
      if (bytes !== undefined) {
        await publishObject(context.store, eventKey(digest), bytes, eventMeta)
      }
      context.crashPoint('K10')
    },
    ...(await resumeWalk(context, batch, 'events')),
  })
  const scids = new Map<string, unknown>()
  for (const { item, error } of failures) {
    for (const delivery of (await context.journal.events.deliveries(item)) ?? []) {
      if (delivery.batch === batch.id) scids.set(delivery.scid, error)
    }
  }
  return scids
}

async function publishProductLog(context: BatchContext, batch: Batch, scid: string): Promise<void> {
  const lines = await context.journal.products.lines(scid)
  const outcome = await growLog(context.store, logKey(scid), lines.join(''))
  context.crashPoint('K10')
  if (outcome.kind === 'diverged') await yieldToWinner(context, batch, { scid, lines, outcome })
}

type Divergence = {
  readonly scid: string
  readonly lines: readonly string[]
  readonly outcome: Extract<GrowOutcome, { kind: 'diverged' }>
}

// Another writer's entry was published first. Ours is void and never a leaf; its events wait again, and the log
// continues from the winner. Where the published log is no valid continuation, the product stops for an operator.
async function yieldToWinner(
  context: BatchContext,
  batch: Batch,
  { scid, lines, outcome }: Divergence,
): Promise<void> {
  const report = verifyLog(outcome.published, { now: context.now() })
  const kept = commonLines(lines, report.versions)
  const head = report.error === undefined ? report.head : undefined
  if (head === undefined || head.scid !== scid || kept === 0) {
    context.log.error(
      { event: 'product.suspended', batch: batch.id, scid, error: 'ERR_DPP_LOG_DIVERGED' },
      'the published log is not ours: product suspended',
    )
    await context.book.setAside(batch.id, scid, 'ERR_DPP_LOG_DIVERGED')
    return
  }
  const winners: Winners = {
    entries: report.versions.slice(kept).map((version) => toEntry(scid, version)),
    head: formatHead(head),
    controller: controllerOf(head.document),
  }
  context.log.warn(
    { event: 'product.entry_void', batch: batch.id, scid },
    'another entry was published first: ours is void',
  )
  await context.book.voidEntries(batch.id, scid, kept, winners)
}

function commonLines(lines: readonly string[], versions: readonly LogVersion[]): number {
  const different = lines.findIndex((line, index) => versions[index]?.line !== line)
  return different === -1 ? lines.length : different
}

function toEntry(scid: string, { versionId, versionNumber, line }: LogVersion): Entry {
  return { scid, versionId, versionNumber, line }
}
