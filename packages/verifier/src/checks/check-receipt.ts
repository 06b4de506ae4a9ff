// A receipt: the service's signed promise to anchor an event that the log does not carry yet.
import { isDppError, parseReceipt, parseTime, type Receipt, verifyReceipt } from '@dpp/core'
import { parseDid } from '@dpp/webvh'
import type { Context } from '../context.ts'
import { type IssuerReader, isSameParty } from '../sources/issuer-log.ts'
import { finding } from '../verdict/reasons.ts'
import type { StepResult } from './timeline.ts'

/**
 * What a receipt says about an event that is not in its product's log: `pending` until the promised time.
 *
 * Only the service at the product's own host can promise anything about its log; anybody else's receipt
 * is no evidence. A promise that was not kept is a breach by the service, not a fault of the event.
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
  if (hostOf(service) === undefined || hostOf(service) !== hostOf(did)) {
    return unverified("it is not by the service at the product's host")
  }
  const issuer = await readIssuer(service)
  if (!('log' in issuer)) return unverified(issuer.finding.text)
  const isSigned = issuer
    .spansOf(verificationMethod)
    .some(({ publicKey }) => verifyReceipt(receipt, publicKey, { now: context.now }).verified)
  if (!isSigned) return unverified('the signature does not hold')
  const values = { digest, anchorBy: receipt.anchorBy }
  return parseTime(receipt.anchorBy) >= context.at
    ? { status: 'pending', finding: finding('event.promised', values) }
    : { status: 'indeterminate', finding: finding('event.promise-broken', values) }
}

function readReceipt(value: unknown): Receipt | string {
  try {
    return parseReceipt(value)
  } catch (error) {
    if (isDppError(error)) return error.message
    throw error
  }
}

function hostOf(did: string): string | undefined {
  try {
    const { domain, port } = parseDid(did)
    return `${domain}:${port ?? 443}`
  } catch (error) {
    if (isDppError(error)) return undefined
    throw error
  }
}

function unverified(cause: string): StepResult {
  return { status: 'indeterminate', finding: finding('event.receipt-unverified', { cause }) }
}
