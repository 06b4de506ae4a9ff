import { createReceipt, eventDigest, type JsonObject, type SecuredEvent } from '@dpp/core'
import { describe, expect, it } from 'vitest'
import { createMemoryReader } from './chain/memory-reader.ts'
import {
  appendEvents,
  at,
  CHAIN,
  createIssuer,
  createStandardWorld,
  createTestEvent,
  publishLog,
  REGISTRY,
  signerOf,
} from './lies/evidence.suite.ts'
import { parsePolicy } from './policy.ts'
import { createMemorySource } from './sources/memory-source.ts'
import { decisiveCheck, type Verdict } from './verdict/verdict.ts'
import { type VerifyEventOptions, verifyEvent } from './verify-event.ts'

const policy = parsePolicy({ chains: [{ id: CHAIN, registry: REGISTRY }] })
type Scene = Awaited<ReturnType<typeof createStandardWorld>>

function verify(
  { world }: Scene,
  event: SecuredEvent | Uint8Array | string,
  more: Partial<VerifyEventOptions> = {},
): Promise<Verdict> {
  return verifyEvent(event as unknown as JsonObject, {
    policy,
    sources: [createMemorySource(world.files)],
    readers: [createMemoryReader(world.chain)],
    now: at(120),
    ...more,
  })
}

async function unlogged({ issuer, product }: Scene): Promise<SecuredEvent> {
  return createTestEvent({
    issuer: issuer.did,
    key: 'windowco 1',
    products: [product.did],
    minute: 110,
  })
}

async function receiptFor(
  scene: Scene,
  event: SecuredEvent,
  anchorByMinute: number,
  domain = 'dpp.windowco.example',
) {
  const service = await createIssuer(domain, 'service')
  publishLog(scene.world, service)
  const signer = { ...signerOf('service'), verificationMethod: `${service.did}#key-1` }
  return createReceipt({
    events: [{ digest: eventDigest(event), products: [scene.product.did] }],
    received: at(110),
    anchorBy: at(anchorByMinute),
    signer,
  })
}

describe('verifyEvent', () => {
  it('finds an event anchored with its entry, or with a later one', async () => {
    const scene = await createStandardWorld()
    for (const event of scene.events) {
      const verdict = await verify(scene, event)
      expect(verdict.status).toBe('anchored')
      expect(verdict.events.map(({ digest }) => digest)).toEqual([eventDigest(event)])
    }
  })

  it('does not wait for entries after the event', async () => {
    const scene = await createStandardWorld()
    await appendEvents(scene.product, 'W1', [await unlogged(scene)], 115)
    publishLog(scene.world, scene.product)
    const verdict = await verify(scene, scene.events[0] as SecuredEvent)
    expect(verdict.status).toBe('anchored')
    expect(verdict.anchor?.time).toBe('2026-11-02T10:30:00Z')
  })

  it('says when the log does not carry the event', async () => {
    const scene = await createStandardWorld()
    const verdict = await verify(scene, await unlogged(scene))
    expect([verdict.status, decisiveCheck(verdict)?.reason]).toEqual([
      'indeterminate',
      'event.not-in-log',
    ])
  })

  it.each<[string, number, string | undefined, string]>([
    ['a promise that runs', 180, undefined, 'pending event.promised'],
    ['a promise that was broken', 115, undefined, 'indeterminate event.promise-broken'],
    ['a promise by a stranger', 180, 'other.example', 'indeterminate event.receipt-unverified'],
  ])('takes a receipt for what it is: %s', async (_, anchorBy, domain, expected) => {
    const scene = await createStandardWorld()
    const event = await unlogged(scene)
    const receipt = await receiptFor(scene, event, anchorBy, domain)
    const verdict = await verify(scene, event, { receipt })
    expect(`${verdict.status} ${decisiveCheck(verdict)?.reason}`).toBe(expected)
  })

  it.each<[string, (event: SecuredEvent) => unknown, string]>([
    ['no JSON', () => 'junk', 'indeterminate event.unreadable'],
    ['other bytes', () => new Uint8Array([0xff]), 'indeterminate event.unreadable'],
    ['another value', () => ({ a: 1 }), 'invalid event.broken'],
    ['undefined', () => undefined, 'invalid event.broken'],
    ['a function', () => () => 1, 'invalid event.broken'],
    [
      'a changed event',
      (event) => ({ ...event, validFrom: '2026-11-02T10:11:00Z' }),
      'indeterminate event.not-in-log',
    ],
  ])('never throws: %s', async (_, change, expected) => {
    const scene = await createStandardWorld()
    const verdict = await verify(scene, change(scene.events[0] as SecuredEvent) as SecuredEvent)
    expect(`${verdict.status} ${decisiveCheck(verdict)?.reason}`).toBe(expected)
  })
})
