// Reads the two encodings in which services give public keys and ECDSA signatures: SubjectPublicKeyInfo (RFC 5280
// §4.1.2.7) and ECDSA-Sig-Value (RFC 3279 §2.2.3), both DER. Only the one spelling of each that DER allows is taken.
import { fromHex, toHex } from '@dpp/core'
import { keyError } from '../errors.ts'
import type { KeyAlgorithm } from './key-service.ts'

// Everything before the key itself: lengths, the algorithm's OID (1.3.101.112; 1.2.840.10045.2.1 with 1.3.132.0.10).
const prefixes: { readonly [Algorithm in KeyAlgorithm]: string } = {
  Ed25519: '302a300506032b6570032100',
  secp256k1: '3056301006072a8648ce3d020106052b8104000a034200',
}
const lengths: { readonly [Algorithm in KeyAlgorithm]: number } = { Ed25519: 32, secp256k1: 65 }

/** The key inside an SPKI. @throws ERR_DPP_KEY_UNSUITABLE for a key of another algorithm, or a compressed point */
export function publicKeyOfSpki(spki: Uint8Array, algorithm: KeyAlgorithm): Uint8Array {
  const prefix = fromHex(prefixes[algorithm])
  const key = spki.slice(prefix.length)
  if (toHex(spki.subarray(0, prefix.length)) === prefixes[algorithm]) {
    return assertPublicKey(key, algorithm)
  }
  throw keyError('ERR_DPP_KEY_UNSUITABLE', `the key is no ${algorithm} key`)
}

/** Gives `key` back. @throws ERR_DPP_KEY_UNSUITABLE unless it has the length and form of the algorithm's keys */
export function assertPublicKey(key: Uint8Array, algorithm: KeyAlgorithm): Uint8Array {
  if (key.length === lengths[algorithm] && (algorithm === 'Ed25519' || key[0] === 4)) return key
  throw keyError('ERR_DPP_KEY_UNSUITABLE', `the service gave no public key of ${algorithm}`)
}

/** r ‖ s, 32 bytes each, of a DER signature. @throws ERR_DPP_KEY_SIGNATURE */
export function ecdsaSignatureOfDer(der: Uint8Array): Uint8Array {
  const [r, afterR] = readInteger(der, 2)
  const [s, afterS] = readInteger(der, afterR)
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || afterS !== der.length) throw malformed()
  const signature = new Uint8Array(64)
  signature.set(r, 32 - r.length)
  signature.set(s, 64 - s.length)
  return signature
}

// A positive INTEGER of at most 32 bytes: a zero byte stands first exactly where the next one has its top bit set.
function readInteger(der: Uint8Array, at: number): [value: Uint8Array, end: number] {
  const length = der[at + 1] ?? 0
  const end = at + 2 + length
  const [first = 0x80, second = 0] = der.subarray(at + 2, end)
  if (der[at] !== 2 || length === 0 || end > der.length || first >= 0x80) throw malformed()
  if (first === 0 && second < 0x80) throw malformed()
  const value = der.slice(at + 2 + (first === 0 ? 1 : 0), end)
  if (value.length > 32) throw malformed()
  return [value, end]
}

function malformed(): Error {
  return keyError('ERR_DPP_KEY_SIGNATURE', 'the service returned no ECDSA signature in DER')
}
