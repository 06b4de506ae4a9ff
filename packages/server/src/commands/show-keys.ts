// `dpp-server keys`: the public halves of the service's keys, and how many logs still hang on a secret that was replaced.
import { sha256, toHex } from '@dpp/core'
import { parseHead } from '@dpp/webvh'
import { privateKeyToAccount } from 'viem/accounts'
import { committedSigner, createUpdateKeys } from '../custody/update-keys.ts'
import type { Journal } from '../journal/port.ts'
import type { ServiceKeys } from '../keys-file.ts'
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
  { witnessPrivateKey, relayerPrivateKey }: ServiceKeys,
  previous: readonly Uint8Array[],
  journal: Journal,
  identity: Identity | undefined,
): Promise<PublicKeys> {
  const secrets = [witnessPrivateKey, ...previous].map((secret) => ({
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
    anchorer: privateKeyToAccount(`0x${toHex(relayerPrivateKey)}`).address.toLowerCase(),
    secrets: secrets.map(({ fingerprint, logs }) => ({ fingerprint, logs })),
    foreignLogs,
  }
}

// 256 random bits cannot be found from a hash of theirs; eight digits tell two secrets apart.
function fingerprintOf(secret: Uint8Array): string {
  return toHex(sha256(secret)).slice(0, 8)
}
