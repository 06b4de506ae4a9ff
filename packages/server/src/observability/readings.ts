// What a scrape reads at that moment: the queue, the open batches, what was last heard of the things the service needs.
import type { Batch, BatchState } from '../journal/batch-port.ts'
import type { Backlog, Journal } from '../journal/port.ts'
import type { DependencyWatch } from './dependency-watch.ts'
import type { Metrics } from './metrics.ts'

export type GaugeName =
  | 'deliveries_waiting'
  | 'deliveries_waiting_limit'
  | 'oldest_delivery_age_seconds'
  | 'oldest_unanchored_event_age_seconds'
  | 'deliveries_dead'
  | 'products_suspended'
  | 'batches_open'
  | 'events_open'
  | 'batches_held_up'
  | 'oldest_batch_age_seconds'
  | 'anchor_age_limit_seconds'
  | 'batch_interval_seconds'
  | 'clock_offset_seconds'
  | 'relayer_batches_left'
  | 'relayer_balance_wei'
  | 'dependency_up'
  | 'service_ready'

/** A value for each gauge, or one for each label. What is not known is missing. */
export type Readings = {
  readonly [Name in GaugeName]?: number | ReadonlyMap<string, number> | undefined
}

export type ReadingContext = {
  readonly journal: Journal
  readonly dependencies: DependencyWatch
  readonly metrics: Pick<Metrics, 'oldestEvents'>
  readonly clockOffsetSeconds: () => number
  readonly maxBacklog: number
  readonly maxAnchorAgeSeconds: number
  readonly intervalSeconds: number
  readonly now: () => Date
}

/**
 * Reads everything. A journal that does not answer is a reading too: the scrape says so and holds no figure of it. One that
 * is known to be down is not asked: each question would take its time limit, and the scraper would give up on us.
 */
export async function readGauges(context: ReadingContext): Promise<Readings> {
  const { dependencies, maxAnchorAgeSeconds } = context
  const isDown = dependencies.answers().get('journal') === false
  const queue = isDown ? undefined : await readQueue(context).catch(() => undefined)
  const forecast = dependencies.forecast()
  const isLate = (queue?.oldest_batch_age_seconds ?? 0) > maxAnchorAgeSeconds
  return {
    ...queue,
    deliveries_waiting_limit: context.maxBacklog,
    anchor_age_limit_seconds: maxAnchorAgeSeconds,
    batch_interval_seconds: context.intervalSeconds,
    clock_offset_seconds: context.clockOffsetSeconds(),
    relayer_batches_left: forecast?.batchesLeft,
    relayer_balance_wei: forecast === undefined ? undefined : Number(forecast.balanceWei),
    dependency_up: new Map([
      ...[...dependencies.answers()].map(([name, isUp]) => [name, isUp ? 1 : 0] as const),
      ...(queue === undefined ? [['journal', 0] as const] : []),
    ]),
    service_ready: queue === undefined || isLate ? 0 : 1,
  }
}

/** Age of the oldest open batch: what `/readyz` looks at. */
export async function oldestBatchAgeSeconds({
  journal,
  now,
}: Pick<ReadingContext, 'journal' | 'now'>): Promise<number> {
  const [oldest] = await journal.batches.open()
  return ageSeconds(oldest?.createdAt, now())
}

async function readQueue({ journal, metrics, now }: ReadingContext) {
  const [{ deliveries, oldest }, open, dead, suspended] = await Promise.all([
    journal.events.backlog(),
    journal.batches.open(),
    journal.events.countDead(),
    journal.products.suspended(),
  ])
  const at = now()
  return {
    deliveries_waiting: deliveries,
    oldest_delivery_age_seconds: ageSeconds(oldest, at),
    oldest_unanchored_event_age_seconds: ageSeconds(oldestOf(oldest, open, metrics), at),
    deliveries_dead: dead,
    products_suspended: suspended.length,
    batches_open: countBy(states, open, () => 1),
    events_open: countBy(states, open, ({ events }) => events),
    batches_held_up: heldUp(open),
    oldest_batch_age_seconds: ageSeconds(open[0]?.createdAt, at),
  }
}

const states: readonly BatchState[] = ['claimed', 'signed', 'published', 'rooted', 'final']

// The event that has waited longest, in the queue or in a batch. Of a batch that another process claimed only its own time
// is known, which is later than its events' by at most an interval.
function oldestOf(
  waiting: Backlog['oldest'],
  open: readonly Batch[],
  { oldestEvents }: ReadingContext['metrics'],
): Date | undefined {
  const ids = new Set(open.map(({ id }) => id))
  for (const id of oldestEvents.keys()) if (!ids.has(id)) oldestEvents.delete(id) // Another settled it.
  const withEvents = open.filter(({ events }) => events > 0)
  const times = withEvents.map(({ id, createdAt }) => oldestEvents.get(id) ?? createdAt)
  const all = waiting === undefined ? times : [waiting, ...times]
  return all.length === 0 ? undefined : new Date(Math.min(...all.map((time) => time.getTime())))
}

function countBy(
  names: readonly BatchState[],
  open: readonly Batch[],
  amount: (batch: Batch) => number,
): ReadonlyMap<string, number> {
  return new Map(
    names.map((name) => [
      name,
      open.filter(({ state }) => state === name).reduce((sum, batch) => sum + amount(batch), 0),
    ]),
  )
}

function heldUp(open: readonly Batch[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { problem } of open) {
    if (problem === undefined) continue
    const code = problemCode(problem)
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  return counts
}

/** The code that a batch's problem begins with. */
export function problemCode(problem: string): string {
  return /^([A-Z][A-Z0-9_]{2,63}):/.exec(problem)?.[1] ?? 'other'
}

function ageSeconds(time: Date | undefined, now: Date): number {
  return time === undefined ? 0 : Math.max(0, Math.round((now.getTime() - time.getTime()) / 1000))
}
