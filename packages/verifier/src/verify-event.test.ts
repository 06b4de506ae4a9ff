import { createReceipt, eventDigest, type JsonObject, type SecuredEvent } from '@dpp/core'
import { createLog } from '@dpp/webvh'
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
  rotateIssuer,
  signerOf,
  type TestLog,
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

const HOST = 'dpp.windowco.example'

async function receiptFor(
  scene: Scene,
  event: SecuredEvent,
  anchorByMinute: number,
  {
    by,
    key = 'service',
    receivedMinute = 110,
  }: { readonly by: TestLog; readonly key?: string; readonly receivedMinute?: number },
) {
  return createReceipt({
    events: [{ digest: eventDigest(event), products: [scene.product.did] }],
    received: at(receivedMinute),
    anchorBy: at(anchorByMinute),
    signer: { ...signerOf(key), verificationMethod: `${by.did}#key-1` },
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

  it.each<[string, number, string, string]>([
    ['a promise that runs', 180, HOST, 'pending event.promised'],
    ['a promise that was broken', 115, HOST, 'indeterminate event.promise-broken'],
    ['a promise by a stranger', 180, 'other.example', 'indeterminate event.receipt-unverified'],
  ])('takes a receipt for what it is: %s', async (_, anchorBy, domain, expected) => {
    const scene = await createStandardWorld()
    const event = await unlogged(scene)
    const by = await createIssuer(domain, 'service')
    publishLog(scene.world, by)
    const receipt = await receiptFor(scene, event, anchorBy, { by })
    const verdict = await verify(scene, event, { receipt })
    expect(`${verdict.status} ${decisiveCheck(verdict)?.reason}`).toBe(expected)
  })

  it.each<[string, string, number, number, string]>([
    ['the present key', 'second service', 110, 120, 'pending event.promised'],
    ['the key before it, in its time', 'service', 110, 120, 'pending event.promised'],
    [
      'the key before it, a day later',
      'service',
      110,
      1560,
      'indeterminate event.receipt-unverified',
    ],
    ['the key before it, too late', 'service', 116, 120, 'indeterminate event.receipt-unverified'],
    ['a key that is not listed', 'thief', 110, 120, 'indeterminate event.receipt-unverified'],
  ])('after a rotation of the receipt key: %s', async (_, key, receivedMinute, now, expected) => {
    const scene = await createStandardWorld()
    const event = await unlogged(scene)
    const by = await createIssuer(HOST, 'service')
    await rotateIssuer(by, HOST, 'second service', 115)
    publishLog(scene.world, by)
    const receipt = await receiptFor(scene, event, 2000, { by, key, receivedMinute })
    const verdict = await verify(scene, event, { receipt, now: at(now) })
    expect(`${verdict.status} ${decisiveCheck(verdict)?.reason}`).toBe(expected)
  })

  it('takes no receipt by a product at the same host, which others may control', async () => {
    const scene = await createStandardWorld()
    const event = await unlogged(scene)
    const owner = signerOf('owner of a product')
    const { did, line, scid, head } = await createLog({
      domain: HOST,
      path: ['.well-known', 'did', '{SCID}'],
      document: {
        assertionMethod: [
          { id: '#key-1', type: 'Multikey', publicKeyMultibase: signerOf('service').multikey },
        ],
      },
      parameters: { updateKeys: [owner.multikey] },
      signer: owner,
      versionTime: at(1),
    })
    const by = { did, scid, head, lines: [line] }
    publishLog(scene.world, by)
    const receipt = await receiptFor(scene, event, 180, { by })
    const verdict = await verify(scene, event, { receipt })
    expect(`${verdict.status} ${decisiveCheck(verdict)?.reason}`).toBe(
      'indeterminate event.receipt-unverified',
    )
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
