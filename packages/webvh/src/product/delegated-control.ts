// Delegated control of a product log: the service appends under pre-rotation, the owner keeps a recovery key whose
// hash stands in every entry (docs/spec/product-log.md, "Control").
import { DppError, type JsonObject } from '@dpp/core'
import type { LogHead } from '../log/head.ts'
import { hashKey } from '../log/update-key.ts'

/** The two hashes that the next entry may be signed with: the service's next key, and the owner's recovery key. */
export type NextHashes = { readonly service: string; readonly recovery: string }

/** The parameters of a genesis that the owner signs with `ownerKey` (Multikey text), handing the log to a service. */
export function delegatedGenesisParameters(ownerKey: string, next: NextHashes): JsonObject {
  return {
    portable: true,
    ttl: 60,
    updateKeys: [ownerKey],
    nextKeyHashes: [next.service, next.recovery],
  }
}

/** The parameters of an entry that the service signs with `serviceKey`. */
export function delegatedEntryParameters(serviceKey: string, next: NextHashes): JsonObject {
  return { updateKeys: [serviceKey], nextKeyHashes: [next.service, next.recovery] }
}

/** The parameters of the entry with which the owner takes over with the recovery key and delegates no more. */
export function takeoverParameters(
  recoveryKey: string,
  nextKeyHashes: readonly string[],
): JsonObject {
  return { updateKeys: [recoveryKey], nextKeyHashes }
}

/**
 * The recovery hash of a delegated log: the one of its two hashes that is not the service's next key.
 * @throws ERR_DPP_PRODUCT_RECOVERY when the log does not commit to exactly that key and one other
 */
export function recoveryHash(head: LogHead, serviceKey: string): string {
  const { nextKeyHashes } = head.parameters
  const others = nextKeyHashes.filter((hash) => hash !== hashKey(serviceKey))
  if (nextKeyHashes.length !== 2 || others.length !== 1 || others[0] === undefined) {
    throw new DppError(
      'ERR_DPP_PRODUCT_RECOVERY',
      "the log does not commit to the service's key and one recovery key",
    )
  }
  return others[0]
}

/**
 * Refuses parameters that would drop the owner's recovery hash; a service calls it before it signs.
 *
 * Ending the log (`nextKeyHashes: []`) drops it too, and needs the controller's explicit word: do not call it then.
 * @throws ERR_DPP_PRODUCT_RECOVERY
 */
export function assertRecoveryKept(parameters: JsonObject, recovery: string): void {
  const { nextKeyHashes } = parameters
  if (!Array.isArray(nextKeyHashes) || !nextKeyHashes.includes(recovery)) {
    throw new DppError(
      'ERR_DPP_PRODUCT_RECOVERY',
      "the entry drops the hash of the owner's recovery key",
    )
  }
}
