// The service's signed promise to anchor an event, held against the key that the operator of the page names.
import {
  isDppError,
  type JsonObject,
  parseReceipt,
  publicKeyOfDidKey,
  verifyReceipt,
} from '@dpp/core'
import type { DashboardConfig } from '../config.ts'

/** Until when the service promised to anchor the event; undefined where the receipt does not hold. */
export function readPromise(
  value: JsonObject,
  digest: string,
  { receiptMethod }: DashboardConfig,
): Date | undefined {
  try {
    const receipt = parseReceipt(value)
    const isOurs = receipt.proof.verificationMethod === receiptMethod
    const publicKey = isOurs ? publicKeyOfDidKey(receipt.proof.verificationMethod) : undefined
    const names = receipt.events.some((event) => event.digest === digest)
    if (publicKey === undefined || !names || !verifyReceipt(receipt, publicKey).verified) {
      return undefined
    }
    return new Date(receipt.anchorBy)
  } catch (error) {
    if (isDppError(error)) return undefined
    throw error
  }
}
