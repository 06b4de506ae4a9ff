import { describe, expect, it } from 'vitest'
import { codeOf } from '../../../../test/code-of.ts'
import {
  createLocalSigner,
  createProof,
  didKeyVerificationMethod,
  fromHex,
  generateSeed,
  parsePkcs8,
  parsePrivateJwk,
  toHex,
} from '../index.ts'

// RFC 8410 §10.3: the example key, without and with its public key.
const pem = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----`
const seed = fromHex('d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842')
const publicHex = '19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1'
const derWithPublicKey = fromHex(`3051020101300506032b657004220420${toHex(seed)}812100${publicHex}`)

describe('a local signer', () => {
  it('names its did:key unless told otherwise', () => {
    const signer = createLocalSigner(seed)
    expect(toHex(signer.publicKey)).toBe(publicHex)
    expect(signer.verificationMethod).toBe(didKeyVerificationMethod(signer.multikey))
    const named = createLocalSigner(seed, { verificationMethod: 'did:webvh:Qm:example#key-1' })
    expect(named.verificationMethod).toBe('did:webvh:Qm:example#key-1')
  })

  it('keeps its own copy of the seed and shows it nowhere', async () => {
    const mine = Uint8Array.from(seed)
    const signer = createLocalSigner(mine)
    const before = await signer.sign(mine)
    mine.fill(0)
    expect(await signer.sign(seed)).toEqual(before)
    expect(JSON.stringify(signer)).not.toMatch(/d4ee|212,238/)
    expect(Object.values(signer)).not.toContainEqual(seed)
  })

  it('refuses what is not 32 bytes', () => {
    for (const bad of [seed.slice(1), new Uint8Array(64), toHex(seed), undefined, null]) {
      expect(codeOf(() => createLocalSigner(bad as Uint8Array))).toBe('ERR_DPP_KEY_INVALID')
    }
    expect(generateSeed()).toHaveLength(32)
    expect(generateSeed()).not.toEqual(generateSeed())
  })

  it('has its answers checked: a KMS that returns DER is refused', async () => {
    const kms = {
      algorithm: 'Ed25519',
      verificationMethod: 'did:webvh:Qm:example#kms',
      sign: async () => new Uint8Array(71),
    } as const
    await expect(
      createProof({ a: 1 }, { signer: kms, created: new Date(0) }),
    ).rejects.toMatchObject({
      code: 'ERR_DPP_SIGNATURE_INVALID',
    })
  })
})

describe('key import', () => {
  it('reads PKCS#8 as PEM and DER, with and without public key', () => {
    expect(parsePkcs8(pem)).toEqual(seed)
    expect(parsePkcs8(derWithPublicKey)).toEqual(seed)
  })

  it('refuses other PKCS#8 without repeating it', () => {
    const other = Uint8Array.from(derWithPublicKey)
    other[60] = (other[60] as number) ^ 1
    const x25519 = Uint8Array.from(derWithPublicKey)
    x25519[11] = 0x6e
    const bad = [other, x25519, derWithPublicKey.slice(0, -1), pem.slice(2), '', new Uint8Array(48)]
    for (const input of bad) expect(codeOf(() => parsePkcs8(input))).toBe('ERR_DPP_KEY_INVALID')
    expect(codeOf(() => parsePkcs8(undefined as unknown as string))).toBe('ERR_DPP_KEY_INVALID')
  })

  it('reads a private JWK (RFC 8037 appendix A.1) and refuses mismatched or public ones', () => {
    const jwk = {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    }
    expect(toHex(parsePrivateJwk(jwk))).toBe(
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    )
    const bad = [
      { ...jwk, x: jwk.d },
      { ...jwk, d: undefined },
      { ...jwk, crv: 'X25519' },
      null,
      'x',
    ]
    for (const input of bad)
      expect(codeOf(() => parsePrivateJwk(input))).toBe('ERR_DPP_KEY_INVALID')
  })
})
