// What both backends exchange with the rest of core.

/** One signature to check: 32, any number of, and 64 bytes. */
export type SignatureCheck = {
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** A key that signs, as a backend holds it. */
export type SigningKey = {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

/** Which code verifies. `native` is the fastest at hand; a named backend that the runtime lacks is `native` too. */
export type BackendName = 'native' | 'sodium-native' | 'node:crypto' | 'portable'
