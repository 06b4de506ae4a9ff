import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vectorFiles } from '../../../../test/vectors.ts'
import {
  addProof,
  canonicalize,
  createLocalSigner,
  createProof,
  type DataIntegrityProof,
  decodeMultibase,
  decodeMultikey,
  encodeMultikey,
  encodeUtf8,
  hashDocument,
  type JsonObject,
  parseProof,
  parseStrict,
  publicKeyOfDidKey,
  sha256,
  toHex,
  verifyDocument,
  verifyProof,
} from '../index.ts'

const vectors = vectorFiles('eddsa-jcs-2022')
const signer = createLocalSigner(new Uint8Array(32).fill(5))
const created = new Date('2026-11-02T14:05:03Z')
const document = {
  '@context': ['https://www.w3.org/ns/credentials/v2', { dpp: 'urn:x' }],
  id: 'urn:uuid:1',
  count: 3,
} satisfies JsonObject
const trusting = { publicKeyOf: publicKeyOfDidKey }

describe('eddsa-jcs-2022, the specification’s vectors', () => {
  it.runIf(Object.keys(vectors).length > 0)('reproduces every intermediate value', async () => {
    const text = (name: string): string => (vectors[name] as string).trim()
    const unsigned = parseStrict(text('unsigned.json')) as JsonObject
    const signed = parseStrict(text('signedJCS.json')) as JsonObject
    const config = parseStrict(text('proofConfigJCS.json')) as JsonObject
    const keys = JSON.parse(text('keyPair.json')) as { [name: string]: string }
    expect(canonicalize(unsigned)).toBe(text('canonDocJCS.txt'))
    expect(toHex(hashDocument(unsigned))).toBe(text('docHashJCS.txt'))
    expect(canonicalize(config)).toBe(text('proofCanonJCS.txt'))
    expect(toHex(sha256(canonicalize(config)))).toBe(text('proofHashJCS.txt'))
    expect(text('combinedHashJCS.txt')).toBe(text('proofHashJCS.txt') + text('docHashJCS.txt'))
    expect(toHex(decodeMultibase(text('sigBTC58JCS.txt')))).toBe(text('sigHexJCS.txt'))

    const secret = decodeMultibase(keys['privateKeyMultibase'] as string)
    const author = createLocalSigner(secret.slice(2))
    expect(author.multikey).toBe(keys['publicKeyMultibase'])
    expect(
      await addProof(unsigned, { signer: author, created: new Date(config['created'] as string) }),
    ).toEqual(signed)
    expect(verifyDocument(signed, trusting)).toMatchObject({ verified: true, document: unsigned })
    console.info('eddsa-jcs-2022: 8 values and the signed document')
  })
})

describe('a proof', () => {
  it('verifies, and what comes back is what was signed', async () => {
    const secured = await addProof(document, { signer, created })
    const result = verifyDocument(secured, { ...trusting, now: created })
    expect(result).toEqual({ verified: true, document, proof: secured.proof })
    expect(verifyProof(document, secured.proof, signer.publicKey)).toEqual({ verified: true })
    expect(result.verified && result.document).not.toBe(document)
  })

  it('fails for any changed bit of the document', async () => {
    const text = JSON.stringify(await addProof(document, { signer, created }))
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), (at, unit) => {
        const changed = text.slice(0, at) + String.fromCharCode(unit) + text.slice(at + 1)
        let value: unknown
        try {
          value = parseStrict(changed)
        } catch {
          return true
        }
        return (
          canonicalize(value) === canonicalize(JSON.parse(text)) ||
          !verifyDocument(value, trusting).verified
        )
      }),
      { numRuns: 400 },
    )
  })

  const change = (proof: DataIntegrityProof, changes: object): unknown => ({ ...proof, ...changes })

  it('is refused with a reason', async () => {
    const secured = await addProof(document, {
      signer,
      created,
      expires: new Date('2027-01-01T00:00:00Z'),
    })
    const { proof } = secured
    const reasonOf = (value: unknown, options: object = {}): string => {
      const result = verifyDocument(value, { ...trusting, ...options })
      return result.verified ? 'verified' : result.reason
    }
    const withProof = (value: unknown): object => ({ ...document, proof: value })
    expect(reasonOf(document)).toBe('ERR_DPP_PROOF_MISSING')
    expect(reasonOf(withProof([]))).toBe('ERR_DPP_PROOF_MISSING')
    expect(reasonOf(withProof([proof]))).toBe('ERR_DPP_PROOF_SET')
    expect(reasonOf(withProof([proof, proof]))).toBe('ERR_DPP_PROOF_SET')
    for (const junk of [null, 'proof', 7, {}]) {
      expect(reasonOf(withProof(junk))).toBe('ERR_DPP_PROOF_MALFORMED')
    }
    for (const junk of [null, undefined, [], 'text', 4n, new Map()]) {
      expect(reasonOf(junk)).toMatch(/^ERR_DPP_PROOF_(MALFORMED|MISSING)$/)
    }
    for (const changes of [
      { type: 'Other' },
      { cryptosuite: 'eddsa-rdfc-2022' },
      { previousProof: 'urn:1' },
    ]) {
      expect(reasonOf(withProof(change(proof, changes)))).toBe('ERR_DPP_PROOF_UNSUPPORTED')
    }
    const malformed = [
      { created: '2026-11-02' },
      { created: '2026-02-30T00:00:00Z' },
      { created: 5 },
      { expires: '2026-11-02T14:05:03' },
      { verificationMethod: '' },
      { proofPurpose: 1 },
      { proofValue: proof.proofValue.slice(1) },
      { proofValue: `u${proof.proofValue.slice(1)}` },
      { proofValue: `${proof.proofValue}1` },
      { proofValue: `z1${proof.proofValue.slice(1)}` },
    ]
    for (const changes of malformed) {
      expect(reasonOf(withProof(change(proof, changes)))).toBe('ERR_DPP_PROOF_MALFORMED')
    }
    expect(reasonOf(secured, { proofPurpose: 'authentication' })).toBe('ERR_DPP_PROOF_PURPOSE')
    expect(reasonOf(secured, { now: new Date('2026-11-02T13:59:00Z') })).toBe(
      'ERR_DPP_PROOF_FUTURE',
    )
    expect(reasonOf(secured, { now: new Date('2026-11-02T14:01:00Z') })).toBe('verified')
    expect(reasonOf(secured, { now: new Date('2027-01-01T00:00:00Z') })).toBe(
      'ERR_DPP_PROOF_EXPIRED',
    )
    expect(reasonOf(secured, { publicKeyOf: () => undefined })).toBe('ERR_DPP_PROOF_KEY')
    expect(reasonOf(secured, { publicKeyOf: () => new Uint8Array(32) })).toBe(
      'ERR_DPP_PROOF_SIGNATURE',
    )
    expect(reasonOf({ ...secured, count: 4 })).toBe('ERR_DPP_PROOF_SIGNATURE')
    expect(reasonOf({ ...secured, '@context': ['https://evil.example'] })).toBe(
      'ERR_DPP_PROOF_CONTEXT',
    )
    const { '@context': _, ...withoutContext } = secured
    expect(reasonOf(withoutContext)).toBe('ERR_DPP_PROOF_CONTEXT')
  })

  it('covers its own context: an appended one verifies and is not returned', async () => {
    const secured = await addProof(document, { signer, created })
    const appended = { ...secured, '@context': [...document['@context'], 'https://more.example'] }
    expect(verifyDocument(appended, trusting)).toMatchObject({ verified: true, document })
  })

  it('shares a document’s hash, and not with a proof that covers another context', async () => {
    const proof = await createProof(document, { signer, created })
    const documentHash = hashDocument(document)
    const check = (unsecured: JsonObject, hash: Uint8Array): boolean =>
      verifyProof(unsecured, proof, signer.publicKey, { documentHash: hash }).verified
    expect(check(document, documentHash)).toBe(true)
    expect(check(document, sha256('other'))).toBe(false)
  })

  it('is parsed strictly', async () => {
    const proof = await createProof(document, { signer, created })
    expect(parseProof(proof)).toEqual(proof)
    expect(() => parseProof([proof])).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_PROOF_MALFORMED' }),
    )
    expect(() => parseProof({ ...proof, type: 'X' })).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_PROOF_UNSUPPORTED' }),
    )
  })

  it('is not made over a document that has one, nor over integers that would not read back', async () => {
    await expect(
      createProof({ ...document, proof: {} }, { signer, created }),
    ).rejects.toMatchObject({
      code: 'ERR_DPP_PROOF_MALFORMED',
    })
    await expect(createProof({ n: 2 ** 53 }, { signer, created })).rejects.toMatchObject({
      code: 'ERR_DPP_JSON_NUMBER',
    })
  })

  it('is verified without an exception, whatever stands in the document', async () => {
    const proof = await createProof(document, { signer, created })
    const values = fc.anything({
      withBigInt: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
    })
    fc.assert(
      fc.property(values, values, (value, other) => {
        const hostile = value as JsonObject
        expect(verifyProof(hostile, other, signer.publicKey).verified).toBe(false)
        expect(verifyProof(hostile, proof, signer.publicKey).verified).toBe(false)
        expect(
          verifyProof(hostile, proof, signer.publicKey, { documentHash: new Uint8Array(32) })
            .verified,
        ).toBe(false)
        expect(verifyDocument(value, trusting).verified).toBe(false)
        expect(verifyDocument({ ...document, proof: value }, trusting).verified).toBe(false)
      }),
    )
  })
})

describe('publicKeyOfDidKey', () => {
  it('takes the one verification method of a did:key and nothing else', () => {
    const multikey = encodeMultikey(signer.publicKey)
    expect(publicKeyOfDidKey(`did:key:${multikey}#${multikey}`)).toEqual(decodeMultikey(multikey))
    const bad = [
      '',
      `did:key:${multikey}`,
      `did:key:${multikey}#key-1`,
      'did:web:a#b',
      `${multikey}#${multikey}`,
    ]
    for (const method of bad) expect(publicKeyOfDidKey(method)).toBe(undefined)
    expect(encodeUtf8(multikey)).toHaveLength(48)
  })
})
