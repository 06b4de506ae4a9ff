// `dpp-server batch`: one batch now, from sealing to its published proofs, where no service is running.
import type { Batch } from '../journal/batch-port.ts'
import type { Journal } from '../journal/port.ts'
import type { Server } from '../server.ts'

const LOOK_EVERY_MS = 200

/**
 * Seals what waits and takes every open batch as far as it goes within `waitMs`.
 *
 * @throws ERR_DPP_LEASE_LOST while a service runs on the same data: `POST /batches` there does the same
 */
export async function runBatch(
  { batches, journal }: Pick<Server, 'batches'> & { readonly journal: Journal },
  waitMs: number,
): Promise<{ readonly open: readonly Batch[]; readonly newest: Batch | undefined }> {
  await batches.runNow()
  batches.start()
  const giveUpAt = performance.now() + waitMs
  for (;;) {
    const open = await journal.batches.open()
    if (open.length === 0 || performance.now() >= giveUpAt) {
      const [newest] = await journal.batches.list(1)
      return { open, newest }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
