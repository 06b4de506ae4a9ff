// libsodium through sodium-native, an optional peer dependency: about twice the speed of OpenSSL's Ed25519.
import { createRequire } from 'node:module'

/** What is used of sodium-native. */
export type Sodium = {
  /** Whether 32 bytes are the canonical encoding of a point of the prime-order subgroup that is not the neutral element. */
  crypto_core_ed25519_is_valid_point(publicKey: Uint8Array): boolean
  /** Verifies 64 signature bytes by a 32-byte key whose strict test has passed. */
  crypto_sign_verify_detached(
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array,
  ): boolean
  /** Writes the 64 signature bytes; the secret key is the seed and after it the public key. */
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
}

/** libsodium when the host has installed it. Looked for once, at the first call. */
export function findSodium(): Sodium | undefined {
  if (found === undefined) found = loadSodium() ?? 'absent'
  return found === 'absent' ? undefined : found
}

let found: Sodium | 'absent' | undefined

function loadSodium(): Sodium | undefined {
  try {
    return createRequire(import.meta.url)('sodium-native') as Sodium
  } catch {
    return undefined // Not installed, or not for this platform: node:crypto answers the same.
  }
}
