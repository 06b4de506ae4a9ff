// `dpp-server republish`: writes what is missing among the published files, from the journal. A store that lost writes, was
// emptied, or was restored to an older state gets everything again that readers had seen. Every write only adds, so that it
// may run beside the service.
import { publishObject, type Store } from '@dpp/anchor'
import { rebuildTree } from '../batch/batch-tree.ts'
import { growLog } from '../batch/grow-log.ts'
import { publishProofs } from '../batch/publish-proofs.ts'
import type { Batch } from '../journal/batch-port.ts'
import type { Journal } from '../journal/port.ts'
import { describeError } from '../logger.ts'
import { eventKey, eventMeta, evidenceKey, logKey } from '../storage-keys.ts'

export type Republished = {
  readonly batches: number
  readonly products: number
  /** Files that were written because they were missing or behind. */
  readonly written: number
  /** What could not be mended. */
  readonly problems: readonly { readonly subject: string; readonly problem: string }[]
}

/** Goes over every settled batch. Never throws for what it finds: that is a problem of its report. */
export async function republish(journal: Journal, store: Store): Promise<Republished> {
  const problems: { subject: string; problem: string }[] = []
  const { counted, writes } = countWrites(store)
  async function attempt(subject: string, work: () => Promise<unknown>): Promise<void> {
    await work().catch((error: unknown) =>
      problems.push({ subject, problem: describeError(error) }),
    )
  }
  const settled = (await allBatches(journal)).filter(({ state }) => state === 'settled')
  const newest = await newestVersions(journal, settled)
  for (const [scid, version] of newest) {
    await attempt(`product ${scid}`, () => republishProduct(journal, counted, scid, version))
  }
  // Proofs after logs, as in a batch: a reader never sees a proof of an entry that is not there.
  for (const batch of settled) {
    await attempt(`batch ${batch.id}`, () => republishBatch(journal, counted, batch))
  }
  return { batches: settled.length, products: newest.size, written: writes(), problems }
}

async function republishProduct(
  journal: Journal,
  store: Store,
  scid: string,
  version: number,
): Promise<void> {
  for (const [digest, versionId] of await journal.events.sealed(scid)) {
    const bytes = await journal.events.publicBytes(digest)
    if (bytes === undefined || numberOf(versionId) > version) continue
    await publishObject(store, eventKey(digest), bytes, eventMeta)
  }
  const lines = (await journal.products.lines(scid)).slice(0, version)
  const outcome = await growLog(store, logKey(scid), lines.join(''))
  if (outcome.kind === 'diverged') throw new Error('the published log is not ours')
}

async function republishBatch(journal: Journal, store: Store, batch: Batch): Promise<void> {
  if (batch.root === undefined) return
  const tree = await rebuildTree(journal, batch)
  await publishProofs({ journal, store, crashPoint: () => {} }, batch, tree)
  if ((await store.read(evidenceKey(batch.root))) === undefined) {
    throw new Error('its evidence file is missing and nodes keep that for minutes only: restore it')
  }
}

// How far each log was published: up to its newest leaf in a settled batch.
async function newestVersions(
  journal: Journal,
  settled: readonly Batch[],
): Promise<ReadonlyMap<string, number>> {
  const newest = new Map<string, number>()
  for (const { id } of settled) {
    for (const { kind, scid, versionId } of await journal.batches.leaves(id)) {
      if (kind === 'product') newest.set(scid, Math.max(newest.get(scid) ?? 0, numberOf(versionId)))
    }
  }
  return newest
}

async function allBatches(journal: Journal): Promise<readonly Batch[]> {
  const batches: Batch[] = []
  for (;;) {
    const page = await journal.batches.list(PAGE, batches.at(-1)?.id)
    batches.push(...page)
    if (page.length < PAGE) return batches.reverse()
  }
}

const PAGE = 100

function numberOf(versionId: string): number {
  return Number(versionId.split('-')[0])
}

function countWrites(store: Store): { counted: Store; writes: () => number } {
  let count = 0
  const counted: Store = {
    ...store,
    create: async (...args) => {
      const token = await store.create(...args)
      count += 1
      return token
    },
    replace: async (...args) => {
      const token = await store.replace(...args)
      count += 1
      return token
    },
  }
  return { counted, writes: () => count }
}
