// Core's `Signer` over an Ed25519 key in a service: for events, receipts, entries of an own log.
import {
  didKeyVerificationMethod,
  encodeMultikey,
  type LocalSigner,
  verifyEd25519,
} from '@dpp/core'
import { keyError } from '../errors.ts'
import type { ServiceKey } from './key-service.ts'

/** A signer whose key stays in its service. It has the form of a local signer: the public key is at hand. */
export type KeySigner = LocalSigner

/**
 * Opens `key` for signing with Ed25519. `verificationMethod` is that of its did:key unless told.
 *
 * Each signature is checked by the strict rule before it is returned: what a faulty HSM makes is never published.
 *
 * @throws ERR_DPP_KEY_UNAVAILABLE ERR_DPP_KEY_REFUSED ERR_DPP_KEY_UNSUITABLE; when signing also ERR_DPP_KEY_SIGNATURE
 */
export async function createKeySigner(
  key: ServiceKey,
  options: { readonly verificationMethod?: string } = {},
): Promise<KeySigner> {
  const { publicKey, sign } = await key.openSigning('Ed25519')
  const multikey = encodeMultikey(publicKey)
  return {
    algorithm: 'Ed25519',
    verificationMethod: options.verificationMethod ?? didKeyVerificationMethod(multikey),
    publicKey,
    multikey,
    async sign(bytes) {
      const signature = await sign(bytes)
      if (verifyEd25519(publicKey, bytes, signature)) return signature
      throw keyError('ERR_DPP_KEY_SIGNATURE', `the service signed wrongly with ${multikey}`)
    },
  }
}
