// Receipts (docs/spec/receipt.md): the service's signed promise to anchor what it accepted by a stated time.

import { isDid } from '../encoding/identifier-syntax.ts'
import { formatTime, readTime } from '../encoding/time.ts'
import { DppError } from '../errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts'
import { createProof, type ProofResult, verifyProof } from '../proof/data-integrity.ts'
import {
  checkProofShape,
  type DataIntegrityProof,
  type ProofPolicy,
  snapshot,
} from '../proof/proof.ts'
import type { Signer } from '../signature/signer.ts'
import { isEventDigest } from './event-digest.ts'

/** One accepted event: its digest, and the DIDs of the products into whose logs it goes. */
export type ReceiptEvent = { readonly digest: string; readonly products: readonly string[] }

/** A receipt, in the form that is stored and sent. Times are RFC 3339. */
export type Receipt = {
  readonly type: 'DppReceipt'
  readonly version: 1
  readonly events: readonly ReceiptEvent[]
  readonly received: string
  readonly anchorBy: string
  readonly proof: DataIntegrityProof
}

/**
 * Makes the receipt that answers one request.
 *
 * @throws DppError `ERR_DPP_RECEIPT_INVALID` for what {@link parseReceipt} would refuse, `ERR_DPP_SIGNATURE_INVALID`
 */
export async function createReceipt(input: {
  readonly events: readonly ReceiptEvent[]
  readonly received: Date
  readonly anchorBy: Date
  readonly signer: Signer
}): Promise<Receipt> {
  const unsigned = {
    type: 'DppReceipt',
    version: 1,
    events: input.events.map(({ digest, products }) => ({ digest, products: [...products] })),
    received: formatTime(input.received),
    anchorBy: formatTime(input.anchorBy),
  } as const
  checkPromise(unsigned)
  const proof = await createProof(unsigned, { signer: input.signer, created: input.received })
  return { ...unsigned, proof }
}

/**
 * Reads a receipt from a plain value, as `parseStrict` returns it.
 *
 * @throws DppError `ERR_DPP_RECEIPT_INVALID` for missing, malformed or further members, no events, an event or product twice, or a
 *   promise that ends before it begins.
 */
export function parseReceipt(value: unknown): Receipt {
  const receipt = snapshot(value)
  if (!isJsonObject(receipt)) throw invalid('not an object')
  const { proof, ...promise } = receipt
  checkPromise(promise)
  if (!isJsonObject(proof) || checkProofShape(proof).fault !== undefined) throw invalid('proof')
  return receipt as unknown as Receipt
}

/** Everything of a receipt but its proof. */
function checkPromise(promise: JsonObject): void {
  const { type, version, events, received, anchorBy, ...rest } = promise
  if (type !== 'DppReceipt' || version !== 1) throw invalid('type or version')
  if (Object.keys(rest).length > 0) throw invalid('unknown member')
  if (!Array.isArray(events) || events.length === 0 || !events.every(isReceiptEvent)) {
    throw invalid('events')
  }
  if (!isDistinct(events.map(({ digest }) => digest))) throw invalid('an event twice')
  const from = readTime(received)
  const until = readTime(anchorBy)
  if (from === undefined || until === undefined || until < from) {
    throw invalid('received, anchorBy')
  }
}

/** Verifies a receipt by the key that the service's DID document gives for its verification method. */
export function verifyReceipt(
  receipt: Receipt,
  publicKey: Uint8Array,
  policy: ProofPolicy = {},
): ProofResult {
  const { proof, ...unsigned } = receipt
  return verifyProof(unsigned as unknown as JsonObject, proof, publicKey, policy)
}

function isReceiptEvent(value: Json): value is ReceiptEvent {
  if (!isJsonObject(value)) return false
  const { digest, products, ...rest } = value
  return (
    isEventDigest(digest) &&
    Array.isArray(products) &&
    products.length > 0 &&
    products.every(isDid) &&
    isDistinct(products) &&
    Object.keys(rest).length === 0
  )
}

function isDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length
}

function invalid(message: string): DppError<'ERR_DPP_RECEIPT_INVALID'> {
  return new DppError(
    'ERR_DPP_RECEIPT_INVALID',
    `receipt refused: ${message} (docs/spec/receipt.md)`,
  )
}
