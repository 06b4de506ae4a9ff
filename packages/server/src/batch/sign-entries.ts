// Step 2a of the cycle: one signed log entry per product, recorded before anything leaves the process.
import { isDppError } from '@dpp/core'
import {
  appendDigests,
  appendEntry,
  formatHead,
  type LogHead,
  nextVersionTime,
  parseHead,
} from '@dpp/webvh'
import { planControl } from '../custody/delegated-control.ts'
import { controllerOf } from '../custody/genesis.ts'
import type { Batch, ClaimedKey, ProductClaim, SignedEntry } from '../journal/batch-port.ts'
import type { Product } from '../journal/log-port.ts'
import { describeError, errorCode } from '../logger.ts'
import { createBreathing } from './breathing.ts'
import { advanceTo, type BatchContext, hasReached } from './context.ts'
import { visitAll } from './pages.ts'

// A few hundredths of a second, for which nobody else can write; and lines of 250 kB, of the megabyte that readers take.
const PAGE = { products: 250, digests: 500, perProduct: 5000 }
const MAX_CLOCK_WAIT_MS = 5000

export async function signEntries(context: BatchContext, batch: Batch): Promise<Batch> {
  if (hasReached(batch, 'signed')) return batch
  await refuseRevokedKeys(context, batch)
  const breathe = createBreathing()
  for (;;) {
    const claims = await context.book.claimedProducts(batch.id, PAGE)
    if (claims.length === 0) break
    await signChunk(context, batch, claims, breathe)
  }
  const signed = await advanceTo(context, batch, 'signed')
  context.crashPoint('K12')
  return signed
}

// An event that was accepted with a key which its issuer has removed since is not sealed: it waits on the dead-letter
// list. An issuer that cannot be reached is taken as it was last seen: an outage is not a revocation.
async function refuseRevokedKeys(context: BatchContext, batch: Batch): Promise<void> {
  const removed: ClaimedKey[] = []
  const failures = await visitAll(await context.book.claimedKeys(batch.id), async (claimed) => {
    if ((await currentKey(context, claimed)) !== claimed.key) removed.push(claimed)
  })
  // One after the other: the pages of many keys at once would hold everybody up together.
  for (const claimed of removed) {
    context.log.warn(
      { event: 'event.key_refused', batch: batch.id, issuer: claimed.issuer },
      'events by a removed key refused',
    )
    await context.book.refuseKey(batch.id, claimed, 'ERR_DPP_EVENT_KEY_UNKNOWN')
  }
  for (const { error } of failures) throw error
}

async function currentKey(
  context: BatchContext,
  { issuer, verificationMethod }: ClaimedKey,
): Promise<string | undefined> {
  try {
    const key = await context.issuerLogs.keyFor(issuer, verificationMethod, { lastKnown: true })
    return key.multikey
  } catch (error) {
    if (isDppError(error) && error.code === 'ERR_DPP_EVENT_KEY_UNKNOWN') return undefined
    throw error
  }
}

async function signChunk(
  context: BatchContext,
  batch: Batch,
  claims: readonly ProductClaim[],
  breathe: () => Promise<void>,
): Promise<void> {
  const entries: SignedEntry[] = []
  for (const claim of claims) {
    await breathe()
    let entry: SignedEntry | undefined
    try {
      entry = await signEntry(context, claim)
    } catch (error) {
      await suspend(context, batch, claim.product, error)
      continue
    }
    // The owner took the log over. A journal that fails here is no fault of the product's.
    if (entry === undefined) await context.book.handOver(batch.id, claim.product.scid)
    else entries.push(entry)
  }
  await context.book.recordEntries(batch.id, entries)
}

// Undefined when the service has no key for the product's next entry.
async function signEntry(
  context: BatchContext,
  { product, digests }: ProductClaim,
): Promise<SignedEntry | undefined> {
  const head = parseHead(product.head)
  const plan = planControl(context.updateKeys, product.item, head)
  if (plan === undefined) return undefined
  const appended = await appendEntry(head, {
    document: appendDigests(head.document, digests),
    parameters: plan.parameters,
    signer: plan.signer,
    versionTime: await versionTime(context, head),
  })
  return {
    entry: {
      scid: product.scid,
      versionId: appended.head.versionId,
      versionNumber: appended.head.versionNumber,
      line: appended.line,
    },
    head: formatHead(appended.head),
    controller: controllerOf(appended.head.document),
    digests,
  }
}

// did:webvh v1.0, "versionTime": later than the previous entry's and not in the future. Times are whole seconds, so a
// second entry within one second waits for the next. Behind a clock that was set back the times rise all the same.
export async function versionTime(
  context: Pick<BatchContext, 'now' | 'sleep'>,
  head: LogHead,
): Promise<Date> {
  const aheadMs = nextVersionTime(head, context.now()).getTime() - context.now().getTime()
  if (aheadMs > 0 && aheadMs <= MAX_CLOCK_WAIT_MS) await context.sleep(aheadMs)
  return nextVersionTime(head, context.now())
}

// One bad product never stops the others: it is set aside with its reason until an operator has looked.
async function suspend(
  context: BatchContext,
  batch: Batch,
  product: Product,
  error: unknown,
): Promise<void> {
  const reason = describeError(error)
  context.log.error(
    { event: 'product.suspended', batch: batch.id, scid: product.scid, error: reason },
    'product suspended',
  )
  await context.book.suspend(batch.id, product.scid, errorCode(error))
}
