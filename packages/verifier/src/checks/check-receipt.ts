// A receipt: the service's signed promise to anchor an event that the log does not carry yet.
import { isDppError, parseReceipt, parseTime, type Receipt, verifyReceipt } from '@dpp/core'
import { ageSeconds, type Context } from '../context.ts'
import { type IssuerReader, isSameParty } from '../sources/issuer-log.ts'
import { readDid } from '../sources/layout.ts'
import { becauseOf, ended } from '../verdict/reasons.ts'
import type { StepResult } from './timeline.ts'

/**
 * What a receipt says about an event that is not in its product's log: `pending` until the promised time.
 *
 * Only the service at the root of the product's own host can promise anything about its log: deeper DIDs at that host are
 * products, which others may control. Anybody else's receipt is no evidence. A promise that was not kept is a breach by the service, not a fault of the event.
 */
export async function checkReceipt(
  value: unknown,
  { did, digest }: { readonly did: string; readonly digest: string },
  readIssuer: IssuerReader,
  context: Context,
): Promise<StepResult> {
  const receipt = readReceipt(value)
  if (typeof receipt === 'string') return unverified(receipt)
  const isListed = receipt.events.some(
    (event) =>
      event.digest === digest && event.products.some((product) => isSameParty(product, did)),
  )
  if (!isListed) return unverified('it is for other events')
  const { verificationMethod } = receipt.proof
  const service = verificationMethod.split('#', 1)[0] ?? ''
  if (!isRootOfHost(service, did)) {
    return unverified("it is not by the service at the product's host")
  }
  const issuer = await readIssuer(service)
  if (!('log' in issuer)) {
    return ended('indeterminate', 'event.receipt-unverified', becauseOf(issuer.finding))
  }
  const isSigned = issuer
    .spansOf(verificationMethod)
    .some(
      ({ publicKey, removedIndex }) =>
        isStanding(receipt, issuer.log.versions[removedIndex ?? -1]?.versionTime, context) &&
        verifyReceipt(receipt, publicKey, { now: context.now }).verified,
    )
  if (!isSigned) return unverified('the signature does not hold')
  const values = { digest, anchorBy: receipt.anchorBy }
  return parseTime(receipt.anchorBy) >= context.at
    ? ended('pending', 'event.promised', values)
    : ended('indeterminate', 'event.promise-broken', values)
}

function readReceipt(value: unknown): Receipt | string {
  try {
    return parseReceipt(value)
  } catch (error) {
    if (isDppError(error)) return error.message
    throw error
  }
}

/**
 * Nothing but the receipt itself dates a receipt: one by a removed key counts if it says that it is older than the removal,
 * and no longer after it than anything may be pending. Whoever stole the key has no more than that.
 */
function isStanding(
  { received }: Receipt,
  removed: Date | undefined,
  { at, policy }: Context,
): boolean {
  if (removed === undefined) return true
  return parseTime(received) <= removed && ageSeconds(removed, at) <= policy.maxPendingAgeSeconds
}

function isRootOfHost(service: string, product: string): boolean {
  const [root, host] = [service, product].map(readDid)
  return (
    root?.path.length === 0 &&
    root.domain === host?.domain &&
    (root.port ?? 443) === (host.port ?? 443)
  )
}

function unverified(cause: string): StepResult {
  return ended('indeterminate', 'event.receipt-unverified', { cause })
}
