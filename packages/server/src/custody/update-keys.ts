// The service's update keys under delegated control. One master secret gives every key of every log, so that nothing
// but it must be kept. The rule is permanent: a log that was begun with it can be continued by it alone.
import { hkdfSync } from 'node:crypto'
import { createLocalSigner, encodeUtf8, invariant, type LocalSigner } from '@dpp/core'
import { hashKey } from '@dpp/webvh'

/** Gives the keys with which the service signs its entries of product logs. */
export type UpdateKeys = {
  /** The signer of entry number `entry` (2 or more) of the log whose genesis states `item` as `alsoKnownAs[0]`. */
  signerFor(item: string, entry: number): LocalSigner
  /** What `nextKeyHashes` of the entry before `entry` commits to. */
  hashFor(item: string, entry: number): string
  /**
   * The signer of that entry whose Multikey `accepts` takes, of the newest secret or of one before it; undefined when
   * the service has none. A log that was begun with an older secret goes over to the newest with its next entry.
   */
  findSigner(
    item: string,
    entry: number,
    accepts: (multikey: string) => boolean,
  ): LocalSigner | undefined
}

const UPDATE_KEY_SALT = encodeUtf8('dpp:update-key:v1')

/** The signer of entry `entry` that a log commits to with `nextKeyHashes`; undefined when it commits to no key of ours. */
export function committedSigner(
  keys: UpdateKeys,
  item: string,
  { entry, nextKeyHashes }: { readonly entry: number; readonly nextKeyHashes: readonly string[] },
): LocalSigner | undefined {
  return keys.findSigner(item, entry, (multikey) => nextKeyHashes.includes(hashKey(multikey)))
}

/**
 * Makes the key source for a master secret of 32 bytes, and those that were the secret before it.
 *
 * The Ed25519 seed (RFC 8032 §5.1.5) of entry n is HKDF-SHA-256 (RFC 5869) with IKM = the master secret, salt = the
 * UTF-8 bytes of `dpp:update-key:v1`, info = the UTF-8 bytes of `alsoKnownAs[0]` followed by n as four bytes, big
 * endian, L = 32. The fixed width of n keeps two different pairs from giving the same info.
 */
export function createUpdateKeys(
  masterSecret: Uint8Array,
  previous: readonly Uint8Array[] = [],
): UpdateKeys {
  const secrets = [masterSecret, ...previous]
  invariant(
    secrets.every(({ length }) => length === 32),
    'a master secret has 32 bytes',
  )
  function signerFor(item: string, entry: number, secret: Uint8Array = masterSecret): LocalSigner {
    invariant(Number.isInteger(entry) && entry >= 2 && entry < 2 ** 32, 'the owner signs entry 1')
    return createLocalSigner(deriveSeed(secret, UPDATE_KEY_SALT, keyInfo(item, entry)))
  }
  function findSigner(
    item: string,
    entry: number,
    accepts: (multikey: string) => boolean,
  ): LocalSigner | undefined {
    for (const secret of secrets) {
      const signer = signerFor(item, entry, secret)
      if (accepts(signer.multikey)) return signer
    }
    return undefined
  }
  function hashFor(item: string, entry: number): string {
    return hashKey(signerFor(item, entry).multikey)
  }
  return { signerFor: (item, entry) => signerFor(item, entry), hashFor, findSigner }
}

/** The `info` of a derivation: a name, and the number of a log entry at a fixed width. */
export function keyInfo(name: string, entry: number): Uint8Array {
  const bytes = encodeUtf8(name)
  const info = new Uint8Array(bytes.length + 4)
  info.set(bytes)
  new DataView(info.buffer).setUint32(bytes.length, entry)
  return info
}

/** HKDF-SHA-256 (RFC 5869) to 32 bytes. */
export function deriveSeed(secret: Uint8Array, salt: Uint8Array, info: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, 32))
}
