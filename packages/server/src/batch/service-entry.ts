// A single entry that the service signs outside a batch's claims: a closing, a transfer. It joins the next batch as an
// owner's does.

import type { JsonObject } from '@dpp/core'
import { appendEntry, formatHead, isOpen, parseHead } from '@dpp/webvh'
import type { ControlPlan } from '../custody/delegated-control.ts'
import { controllerOf } from '../custody/genesis.ts'
import type { AppendedEntries, Product } from '../journal/log-port.ts'
import type { BatchContext } from './context.ts'
import { versionTime } from './sign-entries.ts'

/** Signs the entry that `plan` says, with another document where it has one, for `ProductBook.append`. */
export async function signServiceEntry(
  context: Pick<BatchContext, 'now' | 'sleep'>,
  product: Product,
  plan: ControlPlan & { readonly document?: JsonObject },
): Promise<AppendedEntries & { readonly versionId: string }> {
  const before = parseHead(product.head)
  const { head, line } = await appendEntry(before, {
    ...plan,
    versionTime: await versionTime(context, before),
  })
  const { scid } = product
  const { versionId, versionNumber } = head
  return {
    scid,
    versionId,
    before: product.head,
    entries: [{ scid, versionId, versionNumber, line }],
    head: formatHead(head),
    controller: controllerOf(head.document),
    control: isOpen(head) ? 'delegated' : 'closed',
    sealed: [],
  }
}
