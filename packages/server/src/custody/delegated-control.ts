// Delegated control (the design's §2): the service signs each entry with the key that the entry before committed to,
// and every entry keeps the owner's recovery hash, so that the owner can always take the log back.
import type { JsonObject, LocalSigner } from '@dpp/core'
import {
  assertRecoveryKept,
  delegatedEntryParameters,
  type LogHead,
  recoveryHash,
} from '@dpp/webvh'
import type { UpdateKeys } from './update-keys.ts'

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
  const signer = keys.signerFor(item, number)
  if (!head.parameters.nextKeyHashes.includes(keys.hashFor(item, number))) return undefined
  const recovery = recoveryHash(head, signer.multikey)
  const service = keys.hashFor(item, number + 1)
  const parameters = delegatedEntryParameters(signer.multikey, { service, recovery })
  assertRecoveryKept(parameters, recovery)
  return { parameters, signer }
}
