// Keys in an HSM (or SoftHSM, a smart card, a cloud HSM) by PKCS#11, through pkcs11js. For servers: it loads native code.
import { toHex } from '@dpp/core'
import pkcs11 from 'pkcs11js'
import { keyError } from '../errors.ts'
import {
  type KeyAlgorithm,
  type ServiceKey,
  type SigningKey,
  WRAPPING_PURPOSE,
  type WrappingKey,
} from './key-service.ts'
import { createPkcs11Session, type Token } from './pkcs11-session.ts'
import { assertPublicKey } from './public-key.ts'

export type Pkcs11KeyOptions = {
  /** The vendor's library, for example `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly modulePath: string
  /** Label of the token. */
  readonly token: string
  /** Label of the key (`CKA_LABEL`). */
  readonly object: string
  /** `CKA_ID` in hex, where two keys have that label. */
  readonly id?: string
  /** The user's PIN. */
  readonly pin: string
}

// PKCS#11 v3.0 §2.3.5 and RFC 8410: a curve is named by an OID, or by its name as PrintableString.
const curves: { readonly [Algorithm in KeyAlgorithm]: readonly string[] } = {
  Ed25519: ['130c656477617264733235353139', '06032b6570'],
  secp256k1: ['06052b8104000a'],
}
const CKM_EDDSA = 0x1057 // PKCS#11 v3.0; without a parameter it is pure Ed25519 (§2.3.14).
const mechanisms: { readonly [Algorithm in KeyAlgorithm]: number } = {
  Ed25519: CKM_EDDSA,
  secp256k1: pkcs11.CKM_ECDSA,
}
const WRAP_ALGORITHM = 'AES-GCM'
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Names a key on a token. Signing needs the public key object beside the private one, with the same label; wrapping a secret
 * key of AES that may encrypt and decrypt.
 *
 * One session for each key, one operation at a time. A session that the token dropped is opened again.
 */
export function createPkcs11Key(options: Pkcs11KeyOptions): ServiceKey {
  const { object, id } = options
  const session = createPkcs11Session(options)
  const label = `"${object}"${id === undefined ? '' : ` with id ${id}`}`
  const named = [
    { type: pkcs11.CKA_LABEL, value: object },
    ...(id === undefined ? [] : [{ type: pkcs11.CKA_ID, value: Buffer.from(id, 'hex') }]),
  ]

  async function use<Result>(work: (token: Token) => Result | Promise<Result>): Promise<Result> {
    return await session.use(work).catch((error: unknown) => {
      throw translate(error)
    })
  }
  function findKey(token: Token, kind: number): pkcs11.Handle {
    const [found, other] = token.find([{ type: pkcs11.CKA_CLASS, value: kind }, ...named])
    if (found === undefined) {
      throw keyError('ERR_DPP_KEY_REFUSED', `the token has no ${kindNames[kind]} ${label}`)
    }
    if (other === undefined) return found
    throw keyError('ERR_DPP_KEY_REFUSED', `the token has several keys ${label}: name the id`)
  }

  async function openSigning(algorithm: KeyAlgorithm): Promise<SigningKey> {
    const publicKey = await use((token) => {
      findKey(token, pkcs11.CKO_PRIVATE_KEY)
      const key = findKey(token, pkcs11.CKO_PUBLIC_KEY)
      if (!curves[algorithm].includes(toHex(token.read(key, pkcs11.CKA_EC_PARAMS)))) {
        throw keyError('ERR_DPP_KEY_UNSUITABLE', `the key ${label} is no ${algorithm} key`)
      }
      return unwrapPoint(token.read(key, pkcs11.CKA_EC_POINT), algorithm)
    })
    const mechanism = { mechanism: mechanisms[algorithm] }
    return {
      algorithm,
      publicKey: assertPublicKey(publicKey, algorithm),
      sign: (bytes) =>
        use((token) => token.sign(mechanism, findKey(token, pkcs11.CKO_PRIVATE_KEY), bytes)),
    }
  }

  async function openWrapping(): Promise<WrappingKey> {
    await use((token) => {
      const key = findKey(token, pkcs11.CKO_SECRET_KEY)
      if (token.read(key, pkcs11.CKA_KEY_TYPE)[0] === pkcs11.CKK_AES) return
      throw keyError('ERR_DPP_KEY_UNSUITABLE', `the key ${label} is no AES key`)
    })
    return {
      async wrap(secret) {
        const iv = globalThis.crypto.getRandomValues(new Uint8Array(IV_BYTES))
        const sealed = await use((token) =>
          token.encrypt(gcm(iv), findKey(token, pkcs11.CKO_SECRET_KEY), secret),
        )
        return { algorithm: WRAP_ALGORITHM, ciphertext: Uint8Array.of(...iv, ...sealed) }
      },
      unwrap({ algorithm, ciphertext }) {
        if (algorithm !== WRAP_ALGORITHM || ciphertext.length <= IV_BYTES + TAG_BYTES) {
          throw notWrapped(`it was not wrapped by ${WRAP_ALGORITHM} on a PKCS#11 token`)
        }
        const mechanism = gcm(ciphertext.subarray(0, IV_BYTES))
        const sealed = ciphertext.subarray(IV_BYTES)
        return use((token) => {
          const key = findKey(token, pkcs11.CKO_SECRET_KEY)
          return token.decrypt(mechanism, key, sealed).catch((error: Error) => {
            throw isSealBroken(error) ? notWrapped(`PKCS#11: ${error.message}`) : error
          })
        })
      },
    }
  }

  return { openSigning, openWrapping, close: session.close }
}

const kindNames: { readonly [kind: number]: string } = {
  [pkcs11.CKO_PRIVATE_KEY]: 'private key',
  [pkcs11.CKO_PUBLIC_KEY]: 'public key',
  [pkcs11.CKO_SECRET_KEY]: 'secret key',
}

// PKCS#11 v2.40 §2.3.3: CKA_EC_POINT is an OCTET STRING around the point. Some tokens give the point bare.
function unwrapPoint(point: Uint8Array, algorithm: KeyAlgorithm): Uint8Array {
  const length = algorithm === 'Ed25519' ? 32 : 65
  return point.length === length + 2 && point[0] === 4 && point[1] === length
    ? point.slice(2)
    : point.slice()
}

function gcm(iv: Uint8Array): pkcs11.Mechanism {
  const parameter: pkcs11.AesGCM = {
    type: pkcs11.CK_PARAMS_AES_GCM_v240,
    iv: Buffer.from(iv),
    ivBits: IV_BYTES * 8,
    aad: Buffer.from(WRAPPING_PURPOSE),
    tagBits: TAG_BYTES * 8,
  }
  return { mechanism: pkcs11.CKM_AES_GCM, parameter }
}

const refusals = [
  'CKR_PIN_',
  'CKR_USER_',
  'CKR_KEY_FUNCTION_NOT_PERMITTED',
  'CKR_FUNCTION_REJECTED',
]
const unsuitables = ['CKR_MECHANISM_', 'CKR_KEY_TYPE_INCONSISTENT', 'CKR_KEY_SIZE_RANGE']
// A tag that does not hold: in PKCS#11 3.0, in 2.40, and in SoftHSM 2.6.
const brokenSeals = ['CKR_AEAD_DECRYPT_FAILED', 'CKR_ENCRYPTED_DATA_', 'CKR_GENERAL_ERROR']

function translate(error: unknown): unknown {
  if (!(error instanceof pkcs11.Pkcs11Error)) return error
  const said = `PKCS#11: ${error.message}${error.method ? ` from ${error.method}` : ''}`
  if (startsWithOneOf(error, unsuitables)) return keyError('ERR_DPP_KEY_UNSUITABLE', said)
  if (startsWithOneOf(error, refusals)) return keyError('ERR_DPP_KEY_REFUSED', said)
  return keyError('ERR_DPP_KEY_UNAVAILABLE', said)
}

function isSealBroken(error: Error): boolean {
  return startsWithOneOf(error, brokenSeals)
}

function startsWithOneOf({ message }: Error, names: readonly string[]): boolean {
  return names.some((name) => message.startsWith(name))
}

function notWrapped(message: string): Error {
  return keyError('ERR_DPP_KEY_WRAPPED', message)
}
