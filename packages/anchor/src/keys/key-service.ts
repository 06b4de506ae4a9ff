// The port to a service that keeps a private key and never gives it out: an HSM, AWS KMS, Azure Key Vault. Its adapters
// pass one contract suite; what is signed with it is made of it in `key-signer.ts` and, for Ethereum, `key-account.ts`.

export type KeyAlgorithm = 'Ed25519' | 'secp256k1'

/**
 * One key, by its name in a service. Nothing is sent before it is opened.
 *
 * Everything here throws ERR_DPP_KEY_UNAVAILABLE where asking again may help, ERR_DPP_KEY_REFUSED where it does not, and
 * ERR_DPP_KEY_UNSUITABLE for a key of another kind.
 */
export type ServiceKey = {
  /** Fetches the public key, and refuses a key that is not of this algorithm or not made for signing. */
  openSigning(algorithm: KeyAlgorithm): Promise<SigningKey>
  /** A key that encrypts other keys. */
  openWrapping(): Promise<WrappingKey>
  /** Ends connections and sessions; safe to call twice. */
  close(): Promise<void>
}

/** A key that signs inside its service. */
export type SigningKey = {
  readonly algorithm: KeyAlgorithm
  /** Ed25519: the 32 bytes of RFC 8032. secp256k1: 65 bytes, 0x04 and the two coordinates. */
  readonly publicKey: Uint8Array
  /**
   * Ed25519: signs the bytes themselves (pure Ed25519). secp256k1: signs a digest of 32 bytes. Resolves to the 64 bytes
   * R ‖ S or r ‖ s as the service made them: not checked, and s may be high.
   */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** A key that encrypts secrets of 16 to 64 bytes inside its service. */
export type WrappingKey = {
  wrap(secret: Uint8Array): Promise<WrappedSecret>
  /** @throws ERR_DPP_KEY_WRAPPED when this key did not wrap it so, as far as the service can tell */
  unwrap(wrapped: WrappedSecret): Promise<Uint8Array>
}

export type WrappedSecret = {
  readonly algorithm: string
  /** The version of the key that wrapped it, where the service has versions. */
  readonly version?: string
  readonly ciphertext: Uint8Array
}

/** Bound into the ciphertext where the service takes such data: what was wrapped for something else does not unwrap. */
export const WRAPPING_PURPOSE = 'dpp:wrapped-secret:v1'
