// Whether a public key lies in the prime-order subgroup, by one X25519 multiplication: ten times faster than by points.
//
// With s ≡ −1 (mod L) and 8 | s, s·A = −A exactly when A has no torsion, and −A has A's u-coordinate. X25519 clamps its scalar
// to 2^254 ≤ s < 2^255 with 8 | s, so s = 5L − 1 passes through unchanged. For A of small order s·A is the neutral element.
import crypto, { type KeyObject } from 'node:crypto'
import { Point } from '@noble/ed25519'
import { createComb, multiplyComb } from './comb.ts'

/** Tells whether `point` is torsion free and not the neutral element, hence not of small order either. */
export function isTorsionFree(point: Point): boolean {
  if (point.is0()) return false
  if (!isMultiplicationUsable()) return multiplyComb(createComb(point), order).is0()
  const u = encodeU(point)
  try {
    return Buffer.compare(multiply(u), u) === 0
  } catch {
    return false // OpenSSL refuses an all-zero result (RFC 7748 §6.1), which only a point of small order gives.
  }
}

/** Where X25519 is missing or switched off, the torsion test must not call every key weak. */
function isMultiplicationUsable(): boolean {
  usable ??= testMultiplication()
  return usable
}

let usable: boolean | undefined

function testMultiplication(): boolean {
  try {
    const u = encodeU(Point.BASE)
    return Buffer.compare(multiply(u), u) === 0
  } catch {
    return false
  }
}

/** X25519(5L − 1, u), from RFC 7748 §5. */
function multiply(u: Uint8Array): Uint8Array {
  const publicKey = crypto.createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(u).toString('base64url') },
    format: 'jwk',
  })
  scalar ??= crypto.createPrivateKey({
    // RFC 8410 §7: PrivateKeyInfo with OID 1.3.101.110.
    key: Buffer.concat([
      Buffer.from('302e020100300506032b656e04220420', 'hex'),
      toBytes(5n * order - 1n),
    ]),
    format: 'der',
    type: 'pkcs8',
  })
  return crypto.diffieHellman({ privateKey: scalar, publicKey })
}

let scalar: KeyObject | undefined

/** RFC 7748 §4.1: u = (1 + y) / (1 − y), here in projective coordinates. The neutral element has none. */
function encodeU(point: Point): Uint8Array {
  const { p } = Point.CURVE()
  const inverse = invert((((point.Z - point.Y) % p) + p) % p, p)
  return toBytes(((point.Z + point.Y) * inverse) % p)
}

// Extended Euclid: a fifth of the time of raising to p − 2. Nothing here is secret. Zero gives zero.
function invert(value: bigint, modulus: bigint): bigint {
  let [rest, next] = [modulus, value]
  let [factor, nextFactor] = [0n, 1n]
  while (next !== 0n) {
    const quotient = rest / next
    const [restAfter, factorAfter] = [rest - quotient * next, factor - quotient * nextFactor]
    rest = next
    factor = nextFactor
    next = restAfter
    nextFactor = factorAfter
  }
  return factor < 0n ? factor + modulus : factor
}

function toBytes(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex')).reverse()
}

const order: bigint = Point.CURVE().n
