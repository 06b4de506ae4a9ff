// `dpp-server keys`: the public halves of the service's keys, and how many logs still hang on a secret that was replaced.
import { parseHead } from '@dpp/webvh'
import { committedSigner, createUpdateKeys } from '../custody/update-keys.ts'
import type { Journal } from '../journal/port.ts'
import type { ServiceKeys } from '../keys/service-keys.ts'
import { fingerprintOf } from '../keys/wrapped-secret.ts'
import type { Identity } from '../service-identity/identity-log.ts'

export type PublicKeys = {
  /** The key that signs receipts now; null before the first start. */
  readonly receiptVerificationMethod: string | null
  readonly anchorer: string
  /** A name for each secret that tells nothing about it, newest first, and the delegated logs that commit to its keys. */
  readonly secrets: readonly { readonly fingerprint: string; readonly logs: number }[]
  /** Delegated logs that commit to none of them: their owners took them over, or a secret is missing. */
  readonly foreignLogs: number
}

export async function showKeys(
  { masterSecret, previousSecrets, relayer }: ServiceKeys,
  journal: Journal,
  identity: Identity | undefined,
): Promise<PublicKeys> {
  const secrets = [masterSecret, ...previousSecrets].map((secret) => ({
    fingerprint: fingerprintOf(secret),
    keys: createUpdateKeys(secret),
    logs: 0,
  }))
  let foreignLogs = 0
  for await (const scid of journal.products.list()) {
    const product = await journal.products.find(scid)
    if (product?.control !== 'delegated') continue
    const { parameters, versionNumber } = parseHead(product.head)
    const next = { entry: versionNumber + 1, nextKeyHashes: parameters.nextKeyHashes }
    const owner = secrets.find(({ keys }) => committedSigner(keys, product.item, next))
    if (owner === undefined) foreignLogs += 1
    else owner.logs += 1
  }
  return {
    receiptVerificationMethod: identity?.signer.verificationMethod ?? null,
    anchorer: relayer.address.toLowerCase(),
    secrets: secrets.map(({ fingerprint, logs }) => ({ fingerprint, logs })),
    foreignLogs,
  }
}
