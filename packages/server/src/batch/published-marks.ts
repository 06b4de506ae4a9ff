// How far a batch's files are out, in the journal: a service that starts again goes on behind the last page that it
// finished, instead of asking the store for every file of a large batch once more.
import type { Batch, PublishedKind } from '../journal/batch-port.ts'
import type { BatchContext } from './context.ts'
import type { PagedWalk } from './pages.ts'

/** What a walk over a batch's files of one kind needs to begin where an earlier one ended, and to leave marks itself. */
export type MarkedWalk = Required<Pick<PagedWalk, 'after' | 'inFlight' | 'onReached'>>

/** Reads the mark of a kind. */
export async function resumeWalk(
  { book, publishParallel: inFlight }: BatchContext,
  batch: Batch,
  kind: PublishedKind,
): Promise<MarkedWalk> {
  return {
    after: await book.publishedUpTo(batch.id, kind),
    inFlight,
    onReached: (item) => book.notePublished(batch.id, kind, item),
  }
}
