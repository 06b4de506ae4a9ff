// Private keys from other tools: PKCS#8 (RFC 5958, RFC 8410) and JWK (RFC 8037), read to the 32-byte seed.
import { createSigningKey } from '#backend'
import { isBytes } from '../encoding/bytes.ts'
import { decodeBase64url } from '../encoding/multibase.ts'
import { DppError } from '../errors.ts'
import { isJsonObject } from '../json/json.ts'

/**
 * Reads the seed of an Ed25519 private key in unencrypted PKCS#8, as DER bytes or PEM text (`openssl genpkey -algorithm ed25519`).
 * A public key that the file holds beside it must belong to it.
 *
 * @throws DppError `ERR_DPP_KEY_INVALID`; the message never repeats any of the input.
 */
export function parsePkcs8(input: Uint8Array | string): Uint8Array {
  const der = typeof input === 'string' ? decodePem(input) : input
  if (!isBytes(der) || der.length < 48 || der.length > 127 + 2 || der[1] !== der.length - 2)
    throw badPkcs8()
  const version = der[4] as number
  const head = Uint8Array.of(0x30, der[1] as number, 0x02, 0x01, version, ...algorithmAndOctets)
  if (version > 1 || !startsWith(der, head)) throw badPkcs8()
  const seed = der.slice(head.length, head.length + 32)
  const rest = der.subarray(head.length + 32)
  // RFC 5958 §2: attributes [0], empty in practice and not accepted; from version 2 on the public key [1], a BIT STRING.
  if (
    rest.length > 0 &&
    (version !== 1 || !startsWith(rest, publicKeyHead) || rest.length !== 35)
  ) {
    throw badPkcs8()
  }
  if (rest.length > 0) assertPublicKey(seed, rest.subarray(3))
  return seed
}

/**
 * Reads the seed of an Ed25519 private JWK (`kty` OKP, `crv` Ed25519, `d`, `x`); `x` must belong to `d`.
 *
 * @throws DppError `ERR_DPP_KEY_INVALID`; the message never repeats any of the input.
 */
export function parsePrivateJwk(jwk: unknown): Uint8Array {
  if (!isJsonObject(jwk) || jwk['kty'] !== 'OKP' || jwk['crv'] !== 'Ed25519') {
    throw new DppError('ERR_DPP_KEY_INVALID', 'not an Ed25519 JWK (RFC 8037 §2)')
  }
  const { d, x } = jwk
  const isPair =
    typeof d === 'string' && typeof x === 'string' && d.length === 43 && x.length === 43
  if (!isPair)
    throw new DppError('ERR_DPP_KEY_INVALID', 'a private JWK has d and x of 43 characters')
  const seed = decodeKeyText(d)
  assertPublicKey(seed, decodeKeyText(x))
  return seed
}

// RFC 8410 §7: AlgorithmIdentifier with OID 1.3.101.112, then OCTET STRING in OCTET STRING.
const algorithmAndOctets: readonly number[] = [
  ...[0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70],
  ...[0x04, 0x22, 0x04, 0x20],
]
const publicKeyHead: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x81, 0x21, 0x00)

function decodePem(text: string): Uint8Array {
  const match =
    text.length < 500
      ? /^\s*-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/\s]+)=*\s*-----END PRIVATE KEY-----\s*$/.exec(
          text,
        )
      : null
  if (match === null) throw badPkcs8()
  return decodeKeyText(
    (match[1] as string).replace(/\s/g, '').replaceAll('+', '-').replaceAll('/', '_'),
  )
}

function decodeKeyText(text: string): Uint8Array {
  try {
    return decodeBase64url(text)
  } catch {
    throw new DppError('ERR_DPP_KEY_INVALID', 'the key is not proper base64') // No cause: it could show the key.
  }
}

function assertPublicKey(seed: Uint8Array, publicKey: Uint8Array): void {
  if (publicKey.length !== 32 || !startsWith(createSigningKey(seed).publicKey, publicKey)) {
    throw new DppError(
      'ERR_DPP_KEY_INVALID',
      'the public key beside the private one belongs to another',
    )
  }
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return head.every((byte, i) => byte === bytes[i])
}

function badPkcs8(): DppError<'ERR_DPP_KEY_INVALID'> {
  return new DppError('ERR_DPP_KEY_INVALID', 'not an unencrypted PKCS#8 private key for Ed25519')
}
