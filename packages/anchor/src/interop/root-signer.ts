// Who vouches for a root in the foreign forms: an Ed25519 key under a name, the origin.

/** A key that signs roots; `createLocalSigner` of `@dpp/core` makes one. */
export type RootSigner = {
  readonly publicKey: Uint8Array
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** Whom a verifier trusts: this key, under this name. Both come from the verifier's own configuration. */
export type LogVerifier = {
  readonly origin: string
  readonly publicKey: Uint8Array
}
