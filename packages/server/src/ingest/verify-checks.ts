// Signature checks as they travel between threads: key, message and signature of each in one flat buffer.
import type { SignatureCheck } from '@dpp/core'

/** A key of 32 bytes, the 64 bytes that an event's proof signs (two SHA-256), a signature of 64. */
export const CHECK_BYTES = 160

/** Whether the lengths are those of an event's check; anything else is not sent. */
export function isPackable({ publicKey, message, signature }: SignatureCheck): boolean {
  return publicKey.length === 32 && message.length === 64 && signature.length === 64
}

export function packChecks(checks: readonly SignatureCheck[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(checks.length * CHECK_BYTES)
  checks.forEach(({ publicKey, message, signature }, index) => {
    const at = index * CHECK_BYTES
    packed.set(publicKey, at)
    packed.set(message, at + 32)
    packed.set(signature, at + 96)
  })
  return packed
}
