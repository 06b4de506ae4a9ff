// libsodium through sodium-native, an optional peer dependency: about twice the speed of OpenSSL's Ed25519.
import { createRequire } from 'node:module'

/** Verifies 64 signature bytes by a 32-byte key whose strict test has passed; undefined where sodium-native is not installed. */
export type SodiumVerify = (
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
) => boolean

/** libsodium's verification when the host has installed it. Looked for once, at the first call. */
export function findSodium(): SodiumVerify | undefined {
  if (found === undefined) found = loadSodium() ?? 'absent'
  return found === 'absent' ? undefined : found
}

let found: SodiumVerify | 'absent' | undefined

function loadSodium(): SodiumVerify | undefined {
  try {
    const sodium: { readonly crypto_sign_verify_detached?: SodiumVerify } = createRequire(
      import.meta.url,
    )('sodium-native')
    return sodium.crypto_sign_verify_detached
  } catch {
    return undefined // Not installed, or not for this platform: node:crypto answers the same.
  }
}
