// The keys of the service's own DID. Like the update keys of product logs they all follow from the master secret, so that
// nothing but it must be kept; the rule is permanent (docs/decisions/service-keys.md). Receipts may be signed by a key
// elsewhere instead: the update keys say which one.
import { createLocalSigner, encodeUtf8, type LocalSigner } from '@dpp/core'
import { deriveSeed, keyInfo } from '../custody/update-keys.ts'

/** The keys that one master secret gives to the DID of one domain. */
export type IdentityKeys = {
  /** Signs receipts from entry `entry` of the log on. */
  receiptSigner(entry: number, verificationMethod?: string): LocalSigner
  /** Signs entry `entry` of the log, and nothing else. */
  updateSigner(entry: number): LocalSigner
}

/** Whose DID it is: where it lives, and the keys of the newest master secret and of those before it. */
export type IdentityOwner = {
  /** `host` or `host:port` */
  readonly domain: string
  readonly keys: readonly [newest: IdentityKeys, ...previous: IdentityKeys[]]
  /** The key in an HSM or a KMS that signs receipts, in place of those that follow from the master secret. */
  readonly receiptKey: LocalSigner | undefined
}

const RECEIPT_KEY_SALT = encodeUtf8('dpp:receipt-key:v1')
const IDENTITY_KEY_SALT = encodeUtf8('dpp:identity-key:v1')

export function createIdentityOwner(
  domain: string,
  {
    masterSecret,
    previousSecrets = [],
    receiptKey,
  }: {
    readonly masterSecret: Uint8Array
    readonly previousSecrets?: readonly Uint8Array[]
    readonly receiptKey?: LocalSigner | undefined
  },
): IdentityOwner {
  const others = previousSecrets.map((secret) => createIdentityKeys(secret, domain))
  return { domain, keys: [createIdentityKeys(masterSecret, domain), ...others], receiptKey }
}

/**
 * Makes the keys of the DID at `domain` (`host` or `host:port`) from a master secret of 32 bytes.
 *
 * Each Ed25519 seed is HKDF-SHA-256 (RFC 5869) with IKM = the master secret, salt = the UTF-8 bytes of
 * `dpp:receipt-key:v1` or `dpp:identity-key:v1`, info = the UTF-8 bytes of the domain followed by the entry's number as
 * four bytes, big endian, L = 32.
 */
function createIdentityKeys(masterSecret: Uint8Array, domain: string): IdentityKeys {
  function seedOf(salt: Uint8Array, entry: number): Uint8Array {
    return deriveSeed(masterSecret, salt, keyInfo(domain, entry))
  }
  return {
    receiptSigner: (entry, verificationMethod) =>
      createLocalSigner(
        seedOf(RECEIPT_KEY_SALT, entry),
        verificationMethod === undefined ? {} : { verificationMethod },
      ),
    updateSigner: (entry) => createLocalSigner(seedOf(IDENTITY_KEY_SALT, entry)),
  }
}
