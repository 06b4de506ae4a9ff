// Who signs: the port that a KMS implements, and a local key for tests, tools and small operators.
import { createSigningKey } from '#backend'
import { isBytes } from '../encoding/bytes.ts'
import { didKeyVerificationMethod, encodeMultikey } from '../encoding/multikey.ts'
import { DppError } from '../errors.ts'

/**
 * Signs bytes with one Ed25519 key that may live anywhere: implement it over a KMS or an HSM.
 *
 * `sign` gets the bytes to sign (not a digest of them) and returns the 64-byte signature of RFC 8032, pure Ed25519.
 */
export type Signer = {
  readonly algorithm: 'Ed25519'
  /** The DID URL under which verifiers find the public key. */
  readonly verificationMethod: string
  /** Signs these bytes; resolves to the 64-byte signature. */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** A signer whose public key is at hand. */
export type LocalSigner = Signer & {
  readonly publicKey: Uint8Array
  readonly multikey: string
}

/** 32 random bytes from the system: a new private key. Keep them secret. */
export function generateSeed(): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(32))
}

/**
 * Makes a signer of a 32-byte seed (the private key of RFC 8032 §5.1.5). The seed is copied; neither printing, inspecting nor
 * serialising the signer shows it.
 *
 * @throws DppError `ERR_DPP_KEY_INVALID` for anything but 32 bytes.
 */
export function createLocalSigner(
  seed: Uint8Array,
  options: { readonly verificationMethod?: string } = {},
): LocalSigner {
  if (!isBytes(seed) || seed.length !== 32) {
    throw new DppError('ERR_DPP_KEY_INVALID', 'an Ed25519 seed has 32 bytes')
  }
  const key = createSigningKey(seed)
  const multikey = encodeMultikey(key.publicKey)
  return {
    algorithm: 'Ed25519',
    verificationMethod: options.verificationMethod ?? didKeyVerificationMethod(multikey),
    publicKey: key.publicKey,
    multikey,
    sign: async (bytes) => key.sign(bytes), // Only the closure holds the key.
  }
}

/**
 * Asks `signer` for a signature and refuses an answer of the wrong shape, such as the DER that some KMS return.
 *
 * @throws DppError `ERR_DPP_SIGNATURE_INVALID`
 */
export async function signBytes(signer: Signer, bytes: Uint8Array): Promise<Uint8Array> {
  const signature = await signer.sign(bytes)
  if (!isBytes(signature) || signature.length !== 64) {
    throw new DppError(
      'ERR_DPP_SIGNATURE_INVALID',
      'the signer returned something else than the 64 bytes of an Ed25519 signature',
    )
  }
  return signature
}
