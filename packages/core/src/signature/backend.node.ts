// The native backend: node:crypto, or sodium-native where the host has installed it. Same exports as backend.portable.ts.
//
// OpenSSL and libsodium both check S < L and compare [S]B − [k]A with R as bytes. What they leave open, the key, is tested here
// once per key, by libsodium where it verifies; so all backends answer alike.
import crypto, { type KeyObject } from 'node:crypto'
import * as portable from './backend.portable.ts'
import type { BackendName, SignatureCheck, SigningKey } from './backend.ts'
import { createKeyCache } from './key-cache.ts'
import { findSodium } from './sodium.node.ts'
import { isTorsionFree } from './torsion.node.ts'

/** The backends that this runtime has, the fastest first. */
export function listBackends(): readonly BackendName[] {
  return findSodium() === undefined
    ? ['node:crypto', 'portable']
    : ['sodium-native', 'node:crypto', 'portable']
}

/** SHA-256 of bytes, or of a text's UTF-8. */
export function sha256(data: Uint8Array | string): Uint8Array {
  // One call and a latin1 string ('binary' to the types): half the cost of a Hash object, and no Buffer to hand out.
  const digest =
    typeof crypto.hash === 'function'
      ? crypto.hash('sha256', data, 'binary')
      : crypto.createHash('sha256').update(data).digest('binary')
  const bytes = new Uint8Array(32)
  for (let i = 0; i < 32; i++) bytes[i] = digest.charCodeAt(i)
  return bytes
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** SHA-256 of `prefix` and each block of `blockBytes` bytes, one after the other into `out`. */
export function sha256Blocks(
  prefix: number,
  blocks: Uint8Array,
  blockBytes: number,
  out: Uint8Array,
): void {
  if (typeof crypto.hash !== 'function') {
    portable.sha256Blocks(prefix, blocks, blockBytes, out)
    return
  }
  const input = Buffer.alloc(1 + blockBytes, prefix)
  const source = Buffer.from(blocks.buffer, blocks.byteOffset, blocks.byteLength)
  const target = Buffer.from(out.buffer, out.byteOffset, out.byteLength)
  for (let from = 0, to = 0; from < blocks.length; from += blockBytes, to += 32) {
    source.copy(input, 1, from, from + blockBytes)
    target.write(crypto.hash('sha256', input, 'binary'), to, 32, 'latin1')
  }
}

/** The strict rule for a signature whose lengths, S and R were looked at by `verifyEd25519`. */
export function verifyStrict(check: SignatureCheck, backend?: BackendName): boolean {
  const { publicKey, message, signature } = check
  if (backend === 'portable') return portable.verifyStrict(check)
  try {
    const sodium = backend === 'node:crypto' ? undefined : findSodium()
    if (sodium !== undefined) {
      return (
        isSodiumKey(publicKey) && sodium.crypto_sign_verify_detached(signature, message, publicKey)
      )
    }
    const key = preparedKey(publicKey)
    return key !== undefined && crypto.verify(null, message, key, signature)
  } catch {
    return portable.verifyStrict(check) // A failure to look is not a forgery.
  }
}

/** Many checks at once on libuv's threads. Keys, messages and signatures must not change until it is done. */
export function verifyStrictMany(
  checks: readonly SignatureCheck[],
  backend?: BackendName,
): Promise<boolean[]> {
  if (backend === 'portable') return portable.verifyStrictMany(checks)
  const results: boolean[] = checks.map(() => false)
  return new Promise((resolve) => {
    let next = 0
    let running = 0
    const pump = (): void => {
      while (running < maxInFlight && next < checks.length) {
        const index = next++
        const check = checks[index] as SignatureCheck
        const key = preparedKey(check.publicKey)
        if (key === undefined) continue
        running++
        crypto.verify(null, check.message, key, check.signature, (error, valid) => {
          results[index] = error === null ? valid : portable.verifyStrict(check)
          running--
          pump()
        })
      }
      if (running === 0 && next === checks.length) resolve(results)
    }
    pump()
  })
}

/** A key that signs. The secret lives in a KeyObject or in the closure, which no inspection prints. */
export function createSigningKey(seed: Uint8Array, backend?: BackendName): SigningKey {
  const privateKey = crypto.createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const spki = crypto.createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const publicKey = Uint8Array.from(spki.subarray(-32))
  const sodium = backend === 'node:crypto' ? undefined : findSodium()
  if (sodium === undefined) {
    return { publicKey, sign: (message) => Uint8Array.from(crypto.sign(null, message, privateKey)) }
  }
  const secretKey = new Uint8Array(64)
  secretKey.set(seed)
  secretKey.set(publicKey, 32)
  return {
    publicKey,
    sign: (message) => {
      const signature = new Uint8Array(64)
      sodium.crypto_sign_detached(signature, message, secretKey)
      return signature
    },
  }
}

/** RFC 8410 §7: PrivateKeyInfo with OID 1.3.101.112, up to the 32 secret bytes. */
const pkcs8Prefix: Uint8Array = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Enough to keep every thread of the pool busy; more only costs memory. */
const maxInFlight = 64

function prepareKey(publicKey: Uint8Array): KeyObject | undefined {
  if (!isTorsionFree(publicKey)) return undefined
  const x = Buffer.from(publicKey).toString('base64url')
  return crypto.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

const preparedKey: (publicKey: Uint8Array) => KeyObject | undefined = createKeyCache(
  4096,
  prepareKey,
)

/** Whether libsodium finds a key sound, by a multiplication with the order: a quarter to a third of the time of the test without it. */
function isSodiumKey(publicKey: Uint8Array): boolean {
  return testedKey(publicKey) !== undefined
}

const testedKey: (publicKey: Uint8Array) => true | undefined = createKeyCache(4096, (publicKey) =>
  findSodium()?.crypto_core_ed25519_is_valid_point(publicKey) === true ? true : undefined,
)
