// The `witness` parameter (did:webvh v1.0, "The `witness` Parameter"): who approves entries, and how many must.
import { DppError, decodeDidKey, isJsonObject, type Json } from '@dpp/core'

/** Active witnesses: distinct did:key DIDs, and how many of them must approve an entry. */
export type Witness = {
  readonly threshold: number
  readonly witnesses: readonly { readonly id: string }[]
}

/**
 * Parses a `witness` parameter; `{}` means no witnesses and gives `undefined`.
 *
 * A malformed list is refused here and never read as "no witnesses", so that it can never take effect.
 * @throws ERR_DPP_LOG_PARAMETER
 */
export function parseWitness(value: Json | undefined): Witness | undefined {
  if (!isJsonObject(value)) throw invalid('is not an object')
  const names = Object.keys(value)
  if (names.length === 0) return undefined
  if (names.length !== 2) throw invalid('does not consist of threshold and witnesses')
  const { threshold, witnesses } = value
  if (!Array.isArray(witnesses) || witnesses.length === 0) throw invalid('has no list of witnesses')
  const ids = new Set(witnesses.map(parseWitnessId))
  if (ids.size !== witnesses.length) throw invalid('lists a witness twice')
  if (typeof threshold !== 'number' || !Number.isInteger(threshold))
    throw invalid('has no integer threshold')
  if (threshold < 1 || threshold > ids.size)
    throw invalid('has a threshold outside 1..number of witnesses')
  return { threshold, witnesses: [...ids].map((id) => ({ id })) }
}

/** The list that must approve an entry: the one before it, or its own when there was none. */
export function approvers(
  before: Witness | undefined,
  after: Witness | undefined,
): Witness | undefined {
  // "updated from {}, the change is immediately active"; a replacement or removal is approved by the old list.
  return before ?? after
}

function parseWitnessId(witness: Json): string {
  if (!isJsonObject(witness) || Object.keys(witness).length !== 1)
    throw invalid('has a member that is not { id }')
  const id = witness['id']
  if (typeof id !== 'string') throw invalid('has a member without an id')
  try {
    decodeDidKey(id) // Only Ed25519 keys: the one cryptosuite of did:webvh:1.0 is eddsa-jcs-2022.
  } catch (cause) {
    throw invalid('has an id that is not a did:key DID of an Ed25519 key', cause)
  }
  return id.normalize('NFC')
}

function invalid(reason: string, cause?: unknown): DppError {
  return new DppError('ERR_DPP_LOG_PARAMETER', `parameters.witness ${reason}`, { cause })
}
