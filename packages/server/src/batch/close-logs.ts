// Before a batch is claimed: the next closing entry of each log whose controller asked for its end and for which nothing
// waits any more. The entries join the batch as an owner's do.
import { parseHead } from '@dpp/webvh'
import { planClosing } from '../custody/delegated-control.ts'
import type { Product } from '../journal/log-port.ts'
import { describeError } from '../logger.ts'
import type { BatchContext } from './context.ts'
import { signServiceEntry } from './service-entry.ts'

export async function closeLogs(context: BatchContext): Promise<void> {
  for (const product of await context.journal.products.closing()) {
    try {
      await appendClosing(context, product)
    } catch (error) {
      const { scid } = product
      context.log.error(
        { event: 'product.close_failed', scid, error: describeError(error) },
        'log not closed; tried again',
      )
    }
  }
}

async function appendClosing(context: BatchContext, product: Product): Promise<void> {
  const { scid, item } = product
  const plan = planClosing(context.updateKeys, item, parseHead(product.head))
  if (plan === undefined) return // Its owner has taken it over, and closes it or does not.
  const entry = await signServiceEntry(context, product, plan)
  // Whatever moved the head in the meantime, or waits by now, comes first: the next batch tries again.
  const outcome = await context.journal.products.append({ ...entry, isClosing: true })
  context.log.info(
    { event: 'product.closing', scid, versionId: entry.versionId, outcome },
    'closing entry',
  )
}
