import { describe, expect, it } from 'vitest'
import {
  createEvent,
  createLocalSigner,
  digitalLink,
  encodeDidKey,
  eventDigest,
  generateSeed,
  manufactureEvent,
  parseEvent,
  signEvent,
  verifyDocument,
  verifyEvent,
} from './index.ts'

describe('an event', () => {
  it('is built, signed, parsed and verified', async () => {
    const { publicKey } = createLocalSigner(generateSeed())
    const signer = createLocalSigner(generateSeed())
    const product = 'did:webvh:QmNSSkxyz:dpp.windowco.example:.well-known:did:QmNSSkxyz'
    const subject = manufactureEvent({
      items: [digitalLink({ gtin: '09521234500018', serial: 'W26-000001' })],
      products: [product],
      eventTime: new Date('2026-11-02T14:05:00Z'),
      timeZoneOffset: '+01:00',
    })
    const unsigned = createEvent({
      issuer: { id: encodeDidKey(signer.publicKey), name: 'WindowCo AG' },
      subject,
      validFrom: new Date('2026-11-02T14:05:03Z'),
    })
    const signed = await signEvent(unsigned, signer)
    const parsed = parseEvent(JSON.stringify(signed))
    expect(parsed.digest).toBe(eventDigest(signed))
    expect(parsed).toMatchObject({ products: [product], type: 'commissioning' })
    expect(verifyEvent(parsed, signer.publicKey)).toEqual({ verified: true })
    expect(verifyEvent(parsed, publicKey)).toMatchObject({ reason: 'ERR_DPP_PROOF_SIGNATURE' })
    const result = verifyDocument(signed, { publicKeyOf: () => signer.publicKey })
    expect(result.verified && result.document).toEqual(unsigned)
  })
})
