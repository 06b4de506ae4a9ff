// Real keys as the stand-ins for AWS KMS and Azure Key Vault hold them, and what those two answer: signatures whose s is
// high as often as low.
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signWith,
} from 'node:crypto'
import { hexToBytes, numberToBytes } from 'viem'
import { generatePrivateKey, privateKeyToAccount, sign } from 'viem/accounts'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** A secp256k1 key that signs digests, as r ‖ s. */
export type DigestKey = {
  readonly publicKey: KeyObject
  /** `high` chooses the malleable half. */
  sign(digest: Uint8Array, high: boolean): Promise<Uint8Array>
}

export function createDigestKey(): DigestKey {
  const privateKey = generatePrivateKey()
  const [, ...point] = hexToBytes(privateKeyToAccount(privateKey).publicKey)
  const coordinate = (from: number): string =>
    Buffer.from(point.slice(from, from + 32)).toString('base64url')
  const jwk = { kty: 'EC', crv: 'secp256k1', x: coordinate(0), y: coordinate(32) }
  return {
    publicKey: createPublicKey({ key: jwk, format: 'jwk' }),
    async sign(digest, high) {
      const { r, s } = await sign({ hash: `0x${Buffer.from(digest).toString('hex')}`, privateKey })
      const half = high ? ORDER - BigInt(s) : BigInt(s)
      return Buffer.concat([hexToBytes(r, { size: 32 }), numberToBytes(half, { size: 32 })])
    },
  }
}

export type MessageKey = {
  readonly publicKey: KeyObject
  sign(message: Uint8Array): Uint8Array
}

/** An Ed25519 key. */
export function createMessageKey(): MessageKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return { publicKey, sign: (message) => signWith(null, message, privateKey) }
}

/** RFC 3279 §2.2.3, from r ‖ s. */
export function derOf(signature: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array): Buffer => {
    const first = bytes.findIndex((byte) => byte !== 0)
    const value = bytes.subarray(first)
    const padded = (value[0] ?? 0) >= 0x80 ? [0, ...value] : [...value]
    return Buffer.from([2, padded.length, ...padded])
  }
  const body = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))])
  return Buffer.from([0x30, body.length, ...body])
}

/** An AES-256-GCM key; `open` gives undefined for what it did not seal so. */
export type SealingKey = {
  seal(plaintext: Uint8Array, bound: string): Uint8Array
  open(sealed: Uint8Array, bound: string): Uint8Array | undefined
}

export function createSealingKey(): SealingKey {
  const key = randomBytes(32)
  return {
    seal(plaintext, bound) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(bound))
      const body = Buffer.concat([cipher.update(plaintext), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body])
    },
    open(sealed, bound) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
      decipher.setAAD(Buffer.from(bound)).setAuthTag(sealed.subarray(12, 28))
      const body = decipher.update(sealed.subarray(28))
      try {
        return Buffer.concat([body, decipher.final()])
      } catch {
        return undefined
      }
    },
  }
}

/** A private key of RSA, 2,048 bits. */
export function createRsaKey(): KeyObject {
  return createPrivateKey(
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
  )
}
