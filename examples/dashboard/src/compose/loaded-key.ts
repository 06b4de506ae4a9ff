// The key that a person loads to sign with: a private JWK (RFC 8037) whose `kid` is the verification method, or a PKCS#8
// key with the method given beside it. It stays in this page's memory and is gone with it.
import {
  createLocalSigner,
  type LocalSigner,
  parsePkcs8,
  parsePrivateJwk,
  parseStrict,
} from '@dpp/core'

export type LoadedKey = {
  readonly signer: LocalSigner
  /** The DID before the `#`. */
  readonly issuer: string
  readonly name: string | undefined
}

/**
 * Reads a key file.
 *
 * @throws DppError `ERR_DPP_KEY_INVALID`; Error where the file does not say whose key it is.
 */
export function readKeyFile(text: string, method: string): LoadedKey {
  if (text.includes('BEGIN PRIVATE KEY')) return loadKey(parsePkcs8(text), method, undefined)
  const jwk = parseStrict(text) as { kid?: unknown; name?: unknown }
  const kid = typeof jwk.kid === 'string' ? jwk.kid : method
  return loadKey(parsePrivateJwk(jwk), kid, typeof jwk.name === 'string' ? jwk.name : undefined)
}

function loadKey(seed: Uint8Array, method: string, name: string | undefined): LoadedKey {
  const verificationMethod = method === '' ? createLocalSigner(seed).verificationMethod : method
  const [issuer = ''] = verificationMethod.split('#')
  if (!issuer.startsWith('did:')) {
    throw new Error('Name the verification method, such as did:webvh:…:windowco.example#key-1.')
  }
  return { signer: createLocalSigner(seed, { verificationMethod }), issuer, name }
}
