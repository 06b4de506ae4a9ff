// Before a batch is claimed: the next closing entry of each log whose controller asked for its end and for which nothing
// waits any more. The entries join the batch as an owner's do.
import { appendEntry, formatHead, parseHead } from '@dpp/webvh'
import { planClosing } from '../custody/delegated-control.ts'
import { controllerOf } from '../custody/genesis.ts'
import type { Product } from '../journal/log-port.ts'
import { describeError } from '../logger.ts'
import type { BatchContext } from './context.ts'
import { versionTime } from './sign-entries.ts'

export async function closeLogs(context: BatchContext): Promise<void> {
  for (const product of await context.journal.products.closing()) {
    try {
      await appendClosing(context, product)
    } catch (error) {
      const { scid } = product
      context.log.error({ scid, error: describeError(error) }, 'log not closed; tried again')
    }
  }
}

async function appendClosing(context: BatchContext, product: Product): Promise<void> {
  const { scid, item } = product
  const before = parseHead(product.head)
  const plan = planClosing(context.updateKeys, item, before)
  if (plan === undefined) return // Its owner has taken it over, and closes it or does not.
  const { head, line } = await appendEntry(before, {
    ...plan,
    versionTime: await versionTime(context, before),
  })
  const { versionId, versionNumber } = head
  // Whatever moved the head in the meantime, or waits by now, comes first: the next batch tries again.
  const outcome = await context.journal.products.append({
    scid,
    before: product.head,
    entries: [{ scid, versionId, versionNumber, line }],
    head: formatHead(head),
    controller: controllerOf(head.document),
    control: head.parameters.updateKeys.length === 0 ? 'closed' : 'delegated',
    sealed: [],
  })
  context.log.info({ scid, versionId, outcome }, 'closing entry')
}
