// What the steps of the batch cycle work with. Everything that touches the world is in here, so that a step is a
// function of its context and its batch.
import type { Store } from '@dpp/anchor'
import type { AnchorWriter, RegistryReader } from '@dpp/anchor/ethereum'
import type { CrashPoint } from '../crash-point.ts'
import type { UpdateKeys } from '../custody/update-keys.ts'
import type { IssuerLogs } from '../issuers/issuer-logs.ts'
import type { Batch, BatchBook, BatchState } from '../journal/batch-port.ts'
import type { Journal } from '../journal/port.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Tracing } from '../observability/tracing.ts'

export type BatchContext = {
  readonly journal: Journal
  /** The writing side of the journal: whoever has it holds the lease. */
  readonly book: BatchBook
  readonly store: Store
  readonly updateKeys: UpdateKeys
  readonly issuerLogs: IssuerLogs
  /** Absent where no registry is configured: batches wait with their root recorded. */
  readonly anchorWriter: AnchorWriter | undefined
  /** Captures the evidence of a final anchor. Absent as the writer is. */
  readonly registryReader: RegistryReader | undefined
  readonly maxDeliveries: number
  /** Files that are published at a time. */
  readonly publishParallel: number
  /** How long a published log may stay in caches; its proof is not published before. */
  readonly proofDelayMs: number
  readonly now: () => Date
  readonly sleep: (ms: number) => Promise<void>
  readonly crashPoint: CrashPoint
  readonly metrics: Metrics
  readonly tracing: Tracing
  /** Takes secrets out of what the journal keeps and the interface shows of a failure. */
  readonly redact: (text: string) => string
  readonly log: Logger
}

const order: readonly BatchState[] = [
  'claimed',
  'signed',
  'published',
  'rooted',
  'final',
  'settled',
]

/** Whether a batch has come as far as `state`: a step that did its work already does nothing. */
export function hasReached(batch: Batch, state: BatchState): boolean {
  return order.indexOf(batch.state) >= order.indexOf(state)
}

/** Records that a batch came to `state` and gives it back as it now is. */
export async function advanceTo(
  context: BatchContext,
  batch: Batch,
  state: BatchState,
): Promise<Batch> {
  const now = context.now()
  await context.book.advance(batch.id, state, now)
  return { ...batch, state, ...(state === 'published' ? { publishedAt: now } : {}) }
}
