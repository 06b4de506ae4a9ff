// Delegated control (the design's §2): the service signs each entry with the key that the entry before committed to,
// and every entry keeps the owner's recovery hash, so that the owner can always take the log back.
import type { JsonObject, LocalSigner } from '@dpp/core'
import {
  assertRecoveryKept,
  delegatedEntryParameters,
  type LogHead,
  recoveryHash,
} from '@dpp/webvh'
import { committedSigner, type UpdateKeys } from './update-keys.ts'

/** What the next entry of a log says about keys, and who signs it. */
export type ControlPlan = { readonly parameters: JsonObject; readonly signer: LocalSigner }

/**
 * Plans the update keys of the entry after `head`; undefined when the log does not commit to the service's next key,
 * because its owner has taken it over.
 *
 * @throws ERR_DPP_PRODUCT_RECOVERY when the log commits to no recovery key of its owner: the service does not extend a
 * log that it alone controls.
 */
export function planControl(
  keys: UpdateKeys,
  item: string,
  head: LogHead,
): ControlPlan | undefined {
  const number = head.versionNumber + 1
  const { nextKeyHashes, updateKeys } = head.parameters
  if (nextKeyHashes.length === 0) {
    // Half closed: the key of the entry before signs whatever is still to be said.
    const last = keys.findSigner(item, head.versionNumber, (key) => updateKeys.includes(key))
    return last === undefined ? undefined : { parameters: {}, signer: last }
  }
  const signer = committedSigner(keys, item, { entry: number, nextKeyHashes })
  if (signer === undefined) return undefined
  const recovery = recoveryHash(head, signer.multikey)
  const service = keys.hashFor(item, number + 1)
  const parameters = delegatedEntryParameters(signer.multikey, { service, recovery })
  assertRecoveryKept(parameters, recovery)
  return { parameters, signer }
}

/**
 * Plans the next of the two entries that close a log, at its controller's word (the design's §3.2): one that commits to no
 * further key, then one after which no key may sign. Undefined when the service cannot append to the log.
 */
export function planClosing(
  keys: UpdateKeys,
  item: string,
  head: LogHead,
): ControlPlan | undefined {
  const plan = planControl(keys, item, head)
  if (plan === undefined) return undefined
  const { signer } = plan
  const isHalfClosed = head.parameters.nextKeyHashes.length === 0
  const parameters = isHalfClosed
    ? { updateKeys: [] }
    : { updateKeys: [signer.multikey], nextKeyHashes: [] }
  return { parameters, signer }
}
