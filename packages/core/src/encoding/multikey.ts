// Multikey (W3C Controlled Identifiers §2.2.2) and did:key (W3C CCG) for Ed25519 public keys.

import { DppError } from '../errors.ts'
import { readBase58btc } from './base58.ts'
import { encodeMultibase } from './multibase.ts'

/** Encodes a 32-byte Ed25519 public key (`z6Mk…`). @throws DppError `ERR_DPP_KEY_INVALID` for another length. */
export function encodeMultikey(publicKey: Uint8Array): string {
  if (publicKey.length !== 32)
    throw new DppError('ERR_DPP_KEY_INVALID', 'an Ed25519 public key has 32 bytes')
  const bytes = new Uint8Array(34)
  bytes[0] = 0xed // ed25519-pub, as a varint
  bytes[1] = 0x01
  bytes.set(publicKey, 2)
  return encodeMultibase(bytes)
}

/**
 * Decodes an Ed25519 Multikey. The key's bytes are not tested here: `verifyEd25519` refuses weak ones.
 *
 * @throws DppError `ERR_DPP_KEY_INVALID` for another base, another algorithm, another length.
 */
export function decodeMultikey(multikey: string): Uint8Array {
  // An Ed25519 Multikey always takes 48 characters: longer text is not even decoded.
  const bytes =
    typeof multikey === 'string' && multikey.length === 48 && multikey[0] === 'z'
      ? readBase58btc(multikey.slice(1))
      : undefined
  if (bytes?.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) {
    throw new DppError('ERR_DPP_KEY_INVALID', 'not an Ed25519 Multikey (z6Mk, 48 characters)')
  }
  return bytes.slice(2)
}

/** The did:key of an Ed25519 public key. @throws DppError `ERR_DPP_KEY_INVALID` */
export function encodeDidKey(publicKey: Uint8Array): string {
  return `did:key:${encodeMultikey(publicKey)}`
}

/** The public key of an Ed25519 did:key, without fragment. @throws DppError `ERR_DPP_KEY_INVALID` */
export function decodeDidKey(did: string): Uint8Array {
  if (typeof did !== 'string' || !did.startsWith('did:key:')) {
    throw new DppError('ERR_DPP_KEY_INVALID', 'not a did:key')
  }
  return decodeMultikey(did.slice('did:key:'.length))
}

/** The one verification method of a did:key: `did:key:z6Mk…#z6Mk…`. */
export function didKeyVerificationMethod(multikey: string): string {
  return `did:key:${multikey}#${multikey}`
}

/**
 * The public key that a did:key verification method names, or undefined for anything else: a ready `publicKeyOf` where only
 * did:key is trusted.
 */
export function publicKeyOfDidKey(verificationMethod: string): Uint8Array | undefined {
  const multikey = verificationMethod.slice('did:key:'.length, verificationMethod.indexOf('#'))
  if (verificationMethod !== didKeyVerificationMethod(multikey)) return undefined
  try {
    return decodeMultikey(multikey)
  } catch {
    return undefined
  }
}
