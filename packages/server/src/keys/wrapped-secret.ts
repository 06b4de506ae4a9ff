// A master secret as it lies in a configuration that may be read: encrypted by a key of a KMS, an HSM or a vault, as one word
// of text. It is no secret to whoever may not use that key.
import type { KeyErrorCode, WrappedSecret, WrappingKey } from '@dpp/anchor/keys'
import {
  canonicalize,
  DppError,
  encodeUtf8,
  isJsonObject,
  parseStrict,
  sha256,
  toHex,
} from '@dpp/core'

export type WrappedMasterSecret = WrappedSecret & {
  /** Of the secret inside: what unwraps to another one is refused. */
  readonly fingerprint: string
}

const MEMBERS = ['algorithm', 'ciphertext', 'fingerprint', 'keyVersion', 'type', 'version']

/** Eight hex digits that tell two secrets apart. 256 random bits cannot be found from a hash of theirs. */
export function fingerprintOf(secret: Uint8Array): string {
  return toHex(sha256(secret)).slice(0, 8)
}

/** Encrypts a master secret, and unwraps it once: what cannot be had back must not be relied on. */
export async function wrapSecret(
  key: WrappingKey,
  secret: Uint8Array,
): Promise<WrappedMasterSecret> {
  const wrapped = { ...(await key.wrap(secret)), fingerprint: fingerprintOf(secret) }
  await unwrapSecret(key, wrapped)
  return wrapped
}

/** @throws ERR_DPP_KEY_WRAPPED when it is another secret than the one that was wrapped, and the codes of the key */
export async function unwrapSecret(
  key: WrappingKey,
  wrapped: WrappedMasterSecret,
): Promise<Uint8Array> {
  const secret = await key.unwrap(wrapped)
  if (secret.length === 32 && fingerprintOf(secret) === wrapped.fingerprint) return secret
  const message = `what was unwrapped is not the secret ${wrapped.fingerprint}`
  throw new DppError<KeyErrorCode>('ERR_DPP_KEY_WRAPPED', message)
}

/** One word of base64url. */
export function formatWrappedSecret(wrapped: WrappedMasterSecret): string {
  const { algorithm, version, ciphertext, fingerprint } = wrapped
  const value = {
    type: 'DppWrappedSecret',
    version: 1,
    ...{ fingerprint, algorithm },
    ...(version === undefined ? {} : { keyVersion: version }),
    ciphertext: Buffer.from(ciphertext).toString('base64url'),
  }
  return Buffer.from(encodeUtf8(canonicalize(value))).toString('base64url')
}

/** Inverse of `formatWrappedSecret`. Throws an Error whose message completes "VARIABLE …". */
export function parseWrappedSecret(text: string): WrappedMasterSecret {
  try {
    const value = parseStrict(Buffer.from(text, 'base64url'))
    if (isJsonObject(value) && Object.keys(value).every((name) => MEMBERS.includes(name))) {
      const { type, version, fingerprint, algorithm, keyVersion, ciphertext } = value
      const wrapped = {
        fingerprint: String(fingerprint),
        algorithm: String(algorithm),
        ...(keyVersion === undefined ? {} : { version: String(keyVersion) }),
        ciphertext: Uint8Array.from(Buffer.from(String(ciphertext), 'base64url')),
      }
      const isKnown = type === 'DppWrappedSecret' && version === 1
      // Base64 has other spellings of the same bytes, and Node skips what is none.
      if (isKnown && formatWrappedSecret(wrapped) === text) return wrapped
    }
  } catch {
    // Not JSON: the same answer.
  }
  throw new Error('must be what `dpp-server keys wrap` printed, copied whole')
}

/** Such words, comma-separated. */
export function parseWrappedSecrets(text: string): readonly WrappedMasterSecret[] {
  return text.split(',').map((item) => parseWrappedSecret(item.trim()))
}
