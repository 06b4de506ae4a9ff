import { describe, expect, it } from 'vitest'
import {
  createLocalSigner,
  createReceipt,
  encodeMultibase,
  encodeMultihash,
  parseReceipt,
  parseStrict,
  sha256,
  verifyReceipt,
} from '../index.ts'

const signer = createLocalSigner(new Uint8Array(32).fill(9))
const digest = encodeMultibase(encodeMultihash(sha256('event')))
const product = 'did:webvh:QmNSSk:dpp.windowco.example:.well-known:did:QmNSSk'
const input = {
  events: [{ digest, products: [product] }],
  received: new Date('2026-11-02T14:05:04Z'),
  anchorBy: new Date('2026-11-02T16:20:00Z'),
  signer,
}

describe('a receipt', () => {
  it('is made, read back and verified', async () => {
    const receipt = await createReceipt(input)
    const again = parseReceipt(parseStrict(JSON.stringify(receipt)))
    expect(again).toEqual(receipt)
    expect(verifyReceipt(again, signer.publicKey)).toEqual({ verified: true })
    const later = { ...again, anchorBy: '2026-11-03T16:20:00Z' }
    expect(verifyReceipt(later, signer.publicKey)).toEqual({
      verified: false,
      reason: 'ERR_DPP_PROOF_SIGNATURE',
    })
  })

  it('is refused when it is not exactly one', async () => {
    const receipt = await createReceipt(input)
    const bad: unknown[] = [
      ...[null, [], 'text', {}],
      { ...receipt, version: 2 },
      { ...receipt, note: 'more' },
      { ...receipt, events: [] },
      { ...receipt, events: [{ digest, products: [] }] },
      { ...receipt, events: [{ digest, products: [product, product] }] },
      { ...receipt, events: [{ digest: digest.slice(1), products: [product] }] },
      { ...receipt, events: [...receipt.events, ...receipt.events] },
      { ...receipt, anchorBy: '2026-11-02T14:00:00Z' },
      { ...receipt, received: 'today' },
      { ...receipt, proof: [receipt.proof] },
    ]
    for (const value of bad) {
      expect(() => parseReceipt(value)).toThrow(
        expect.objectContaining({ code: 'ERR_DPP_RECEIPT_INVALID' }),
      )
    }
    await expect(createReceipt({ ...input, events: [] })).rejects.toMatchObject({
      code: 'ERR_DPP_RECEIPT_INVALID',
    })
  })
})
