// Digital Bazaar's implementation of eddsa-jcs-2022 and ours verify what the other signed.
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey'
import {
  createSignCryptosuite,
  createVerifyCryptosuite,
} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite'
import {
  assembleEvent,
  createEvent,
  createLocalSigner,
  digitalLink,
  encodeDidKey,
  encodeMultibase,
  type JsonObject,
  parseEvent,
  publicKeyOfDidKey,
  signEvent,
  verifyDocument,
  verifyEvent,
} from '@dpp/core'
import { expect, it } from 'vitest'

const seed = new Uint8Array(32).fill(11)
const signer = createLocalSigner(seed)
const controller = encodeDidKey(signer.publicKey)
const publicKey = {
  '@context': 'https://w3id.org/security/multikey/v1',
  type: 'Multikey',
  id: signer.verificationMethod,
  controller,
  publicKeyMultibase: signer.multikey,
}
const purpose = {
  update: (proof: object) => ({ ...proof, proofPurpose: 'assertionMethod' }),
  validate: () => ({ valid: true }),
}
// The key is the only document that it may ask for.
const documentLoader = async (url: string) => {
  if (url !== signer.verificationMethod) throw new Error(`unexpected: ${url}`)
  return { document: publicKey }
}

const unsigned = createEvent({
  issuer: { id: controller, name: 'WindowCo AG – Fensterbau' },
  subject: assembleEvent({
    parent: digitalLink({ gtin: '09521234500018', serial: 'W26-000001' }),
    children: [digitalLink({ gtin: '09521234500025', serial: 'G26-000001' })],
    products: ['did:webvh:QmW:dpp.windowco.example', 'did:webvh:QmG:dpp.windowco.example'],
    eventTime: new Date('2026-11-02T14:05:00Z'),
    timeZoneOffset: '+01:00',
  }),
  validFrom: new Date('2026-11-02T14:05:03Z'),
})

async function verifyByPeer(secured: JsonObject): Promise<boolean> {
  const { proof, ...document } = structuredClone(secured) as JsonObject & { proof: JsonObject }
  // The peer compares contexts with !==, so our inline one must be the same object in both places.
  expect(document['@context']).toEqual(proof['@context'])
  const shared = { ...document, '@context': proof['@context'] }
  const suite = new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() })
  const result = await suite.verifyProof({
    proof,
    proofSet: [proof],
    document: shared,
    purpose,
    documentLoader,
  })
  return result.verified
}

it('an event signed here verifies there, and not when it was changed', async () => {
  const secured = (await signEvent(unsigned, signer)) as unknown as JsonObject
  expect(await verifyByPeer(secured)).toBe(true)
  expect(await verifyByPeer({ ...secured, validFrom: '2026-11-02T14:05:04Z' })).toBe(false)
})

it('an event signed there verifies here, and not when it was changed', async () => {
  const key = await Ed25519Multikey.from({
    ...publicKey,
    secretKeyMultibase: encodeMultibase(Uint8Array.of(0x80, 0x26, ...seed)), // ed25519-priv, as a varint
  })
  const suite = new DataIntegrityProof({
    signer: key.signer(),
    cryptosuite: createSignCryptosuite(),
    date: '2026-11-02T14:05:03Z',
  })
  const document = structuredClone(unsigned)
  const proof = await suite.createProof({ document, purpose, documentLoader, proofSet: [] })
  const secured = JSON.parse(JSON.stringify({ ...document, proof }))
  expect(verifyDocument(secured, { publicKeyOf: publicKeyOfDidKey })).toMatchObject({
    verified: true,
    document: unsigned,
  })
  expect(verifyEvent(parseEvent(secured), signer.publicKey)).toEqual({ verified: true })
  const changed = { ...secured, id: 'urn:uuid:00000000-0000-4000-8000-000000000000' }
  expect(verifyDocument(changed, { publicKeyOf: publicKeyOfDidKey })).toEqual({
    verified: false,
    reason: 'ERR_DPP_PROOF_SIGNATURE',
  })
})
