// Documents that the controller of a product signs for the service: its passport, the closing of its log. The key comes
// from the controller's own log, as an issuer's does.
import { DppError, isJsonObject, type JsonObject, readTime, verifyDocument } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'
import type { IssuerLogs } from '../issuers/issuer-logs.ts'
import type { ProductOwner } from '../journal/log-port.ts'

export type ControllerContext = { readonly issuerLogs: IssuerLogs; readonly now: () => Date }

const CLOCK_TOLERANCE_MS = 60_000

/**
 * Verifies that the product's controller signed `secured`, and gives what was signed and when.
 *
 * @throws ERR_DPP_CONTROLLER_PROOF; ERR_DPP_EVENT_KEY_UNKNOWN and ERR_DPP_ISSUER_… as the controller's log gives them
 */
export async function verifyByController(
  { issuerLogs, now }: ControllerContext,
  product: ProductOwner,
  secured: JsonObject,
): Promise<{ readonly document: JsonObject; readonly created: Date }> {
  const method = isJsonObject(secured['proof']) ? secured['proof']['verificationMethod'] : undefined
  if (typeof method !== 'string') throw refused('there is no proof with a verification method')
  const { publicKey } = await issuerLogs.keyFor(product.controller, method)
  const result = verifyDocument(secured, {
    publicKeyOf: (asked) => (asked === method ? publicKey : undefined),
    now: now(),
    maxClockSkewMs: CLOCK_TOLERANCE_MS,
  })
  if (!result.verified) throw refused(`the proof does not verify: ${result.reason}`)
  const created = readTime(result.proof.created)
  if (created === undefined) throw refused('the proof has no created time')
  return { document: result.document, created }
}

/** How long after it was signed a request is obeyed. */
const MAX_REQUEST_AGE_MS = 3_600_000

/**
 * Refuses a request that is for something else, for another product, or too old to be what its signer wants now.
 *
 * @throws ERR_DPP_CONTROLLER_PROOF
 */
export function assertRequest(
  { document, created }: { readonly document: JsonObject; readonly created: Date },
  expected: { readonly type: string; readonly product: string; readonly now: Date },
): void {
  const { type, version, product } = document
  if (type !== expected.type || version !== 1)
    throw refused(`it is no ${expected.type} of version 1`)
  if (product !== expected.product) throw refused('it is for another product')
  if (expected.now.getTime() - created.getTime() > MAX_REQUEST_AGE_MS) {
    throw refused('it was signed too long ago: sign it again')
  }
}

function refused(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_CONTROLLER_PROOF', message)
}
