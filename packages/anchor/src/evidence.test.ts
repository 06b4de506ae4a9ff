// Evidence bundles without a chain: what they show, to whom, and that nothing changed ever shows anything.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Evidence, parseEvidence, verifyEvidence } from './chain/evidence-bundle.ts'
import { createEvidenceReader } from './chain/evidence-reader.ts'
import { sampleEvidence, sampleFinding } from './chain/evidence-sample.suite.ts'

const text = JSON.stringify(sampleEvidence)
const trustedBlockHashes = [sampleFinding.block.hash]
const { chain, registry, root, anchorer } = sampleFinding
const query = { registry, root, anchorer }

describe('evidence bundle', () => {
  it('shows what the chain said: root, anchorer, times, block', () => {
    const result = verifyEvidence(text)
    expect(result.verified && JSON.parse(JSON.stringify(result.finding))).toEqual(sampleFinding)
    expect(verifyEvidence(new TextEncoder().encode(text)).verified).toBe(true)
    expect(verifyEvidence(sampleEvidence).verified).toBe(true)
    expect(parseEvidence(text)).toEqual(sampleEvidence)
  })

  it.each<[string, Partial<Record<keyof Evidence, unknown>>, string]>([
    ['another batch', { batchId: '5' }, 'proof'],
    ['a batch that does not exist', { batchId: '99' }, 'proof'],
    ['another root', { root: `0x${'ab'.repeat(32)}` }, 'other-root'],
    ['another registry', { registry: `0x${'12'.repeat(20)}` }, 'proof'],
    ['no account proof', { accountProof: [] }, 'proof'],
    ['the proofs swapped', { rootProof: sampleEvidence.recordProof }, 'proof'],
    ['a header that is none', { header: '0xc0' }, 'proof'],
    ['a header that is no RLP', { header: '0xff' }, 'proof'],
    ['a later version', { version: 2 }, 'unsupported'],
    ['another type', { type: 'DppBatch' }, 'malformed'],
    ['upper-case hex', { root: sampleEvidence.root.toUpperCase() }, 'malformed'],
    ['a number for an id', { batchId: 4 }, 'malformed'],
    ['a thousand nodes', { accountProof: Array(1_000).fill('0x00') }, 'malformed'],
    ['a missing member', { header: undefined }, 'malformed'],
  ])('refuses %s', (_, change, reason) => {
    const changed = JSON.stringify({ ...sampleEvidence, ...change })
    expect(verifyEvidence(changed)).toMatchObject({ verified: false, reason })
  })

  it('refuses a registry of other code, and accepts the code that the caller names', () => {
    const codeHashes = [`0x${'ab'.repeat(32)}`]
    expect(verifyEvidence(text, { codeHashes })).toMatchObject({ verified: false, reason: 'code' })
  })

  it('answers any bytes with a reason, never with an exception', () => {
    const junk = fc.oneof(fc.string(), fc.json(), fc.uint8Array({ maxLength: 200 }))
    fc.assert(
      fc.property(junk, (input) => {
        expect(verifyEvidence(input).verified).toBe(false)
      }),
    )
    const members = Object.keys(sampleEvidence)
    fc.assert(
      fc.property(fc.constantFrom(...members), fc.jsonValue({ maxDepth: 3 }), (name, value) => {
        const changed = JSON.stringify({ ...sampleEvidence, [name]: value })
        expect(verifyEvidence(changed).verified).toBe(changed === text)
      }),
    )
  })
})

describe('evidence reader', () => {
  const reader = createEvidenceReader({ chain, evidence: [text], trustedBlockHashes })

  it('finds the anchor under a trusted block', async () => {
    const finding = await reader.findAnchor(query)
    expect(JSON.parse(JSON.stringify(finding))).toEqual(sampleFinding)
    expect(await reader.findAnchor({ registry, root })).toEqual(finding)
  })

  it('never says that an anchor is absent: without evidence nothing is known', async () => {
    const untrusted = { code: 'ERR_DPP_CHAIN_UNTRUSTED' }
    const none = createEvidenceReader({ chain, evidence: [], trustedBlockHashes })
    const distrustful = createEvidenceReader({ chain, evidence: [text], trustedBlockHashes: [] })
    const elsewhere = createEvidenceReader({
      chain: 'eip155:1',
      evidence: [text],
      trustedBlockHashes,
    })
    for (const other of [none, distrustful, elsewhere])
      await expect(other.findAnchor(query)).rejects.toMatchObject(untrusted)
    for (const change of [
      { root: `0x${'ab'.repeat(32)}` },
      { anchorer: `0x${'12'.repeat(20)}` },
      { registry: `0x${'12'.repeat(20)}` },
    ])
      await expect(reader.findAnchor({ ...query, ...change })).rejects.toMatchObject(untrusted)
  })

  it('finds nothing in a bundle with any digit of header or proofs changed', async () => {
    const places = [...text.matchAll(/0x[0-9a-f]{42,}/g)].flatMap(({ index, 0: hex }) =>
      Array.from({ length: hex.length - 2 }, (_, offset) => index + 2 + offset),
    )
    expect(places.length).toBeGreaterThan(3_000)
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.constantFrom(...'0123456789abcdef'),
        async (at, digit) => {
          if (text[at] === digit) return
          const changed = text.slice(0, at) + digit + text.slice(at + 1)
          const evidence = [changed]
          const finding = createEvidenceReader({ chain, evidence, trustedBlockHashes }).findAnchor(
            query,
          )
          await expect(finding).rejects.toMatchObject({ code: 'ERR_DPP_CHAIN_UNTRUSTED' })
        },
      ),
      { numRuns: 800 },
    )
  })
})
