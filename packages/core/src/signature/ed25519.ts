// Ed25519 (RFC 8032) by one strict rule with one answer in every backend.
//
// Stock verifiers disagree about hostile signatures. Here: the key decodes canonically, is not of small order and is torsion
// free; R is not the neutral element; S < L; the equation holds without cofactor. Nothing that an honest signer makes is lost.
import { listBackends, verifyStrict, verifyStrictMany } from '#backend'
import { isBytes } from '../encoding/bytes.ts'
import type { BackendName, SignatureCheck } from './backend.ts'

/** Every backend gives the same answers: choose one only to test or to measure. */
export type Ed25519Options = { readonly backend?: BackendName | undefined }

/** The backends at hand in this runtime, the fastest first. */
export function ed25519Backends(): readonly BackendName[] {
  return listBackends()
}

/**
 * Verifies a signature by the strict rule. Never throws: wrong lengths and wrong types are false.
 *
 * Keys are tested once and remembered, within a bound, so a repeated key costs one signature's work.
 */
export function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  options?: Ed25519Options,
): boolean {
  if (!isWorthChecking(publicKey, message, signature)) return false
  return verifyStrict({ publicKey, message, signature }, options?.backend)
}

/**
 * Verifies many signatures by the same rule, on all cores where the runtime has threads for it; answers in the items' order.
 *
 * Do not change the arrays until the promise is settled.
 */
export async function verifyEd25519Many(
  items: readonly SignatureCheck[],
  options?: Ed25519Options,
): Promise<boolean[]> {
  const results: boolean[] = items.map(() => false)
  const checks: SignatureCheck[] = []
  const indexes: number[] = []
  items.forEach((item, index) => {
    if (!isWorthChecking(item.publicKey, item.message, item.signature)) return
    checks.push(item)
    indexes.push(index)
  })
  const valid = await verifyStrictMany(checks, options?.backend)
  indexes.forEach((index, i) => {
    results[index] = valid[i] as boolean
  })
  return results
}

/** What costs nothing comes first: lengths, S < L, R not neutral. */
function isWorthChecking(publicKey: unknown, message: unknown, signature: unknown): boolean {
  if (!isBytes(publicKey) || !isBytes(message) || !isBytes(signature)) return false
  if (publicKey.length !== 32 || signature.length !== 64) return false
  return isBelowOrder(signature) && !isNeutral(signature)
}

/** RFC 8032 §5.1.7: S < L, or each signature had further valid spellings. S is the second half, little-endian. */
function isBelowOrder(signature: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (signature[32 + i] as number) - (orderBytes[i] as number)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** R = 1, 0, …: the neutral element's one canonical encoding. Its others never equal the computed R. */
function isNeutral(signature: Uint8Array): boolean {
  if (signature[0] !== 1) return false
  for (let i = 1; i < 32; i++) if (signature[i] !== 0) return false
  return true
}

/** L = 2^252 + 27742317777372353535851937790883648493, little-endian. */
const orderBytes: Uint8Array = Uint8Array.of(
  ...[
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
  ],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10],
)
