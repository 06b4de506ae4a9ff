// The service's own DID: made once, found by every replica, renewed without a gap, never signed for by a stranger.
import { createHmac } from 'node:crypto'
import type { Store } from '@dpp/anchor'
import { createMemoryStore } from '@dpp/anchor/store/memory'
import { createLocalSigner, DppError, encodeUtf8, generateSeed, type LocalSigner } from '@dpp/core'
import { verificationKey, verifyLog } from '@dpp/webvh'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { logMeta, SERVICE_LOG_KEY } from '../storage-keys.ts'
import { createIdentityOwner } from './identity-keys.ts'
import type { Identity } from './identity-log.ts'
import {
  createServiceIdentity,
  type IdentityPlace,
  openIdentity,
  readPublishedIdentity,
  rotateReceiptKey,
} from './service-identity.ts'

const DOMAIN = 'dpp.windowco.example'
const [first, second, stranger] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
]
const log = pino({ level: 'silent' })
const start = Date.UTC(2026, 10, 2, 10)
const foreign = expect.objectContaining({ code: 'ERR_DPP_SERVICE_DID_FOREIGN' })

function placeOf(
  store: Store,
  secrets: readonly [Uint8Array, ...Uint8Array[]] = [first],
  {
    domain = DOMAIN,
    now = () => new Date(start),
    receiptKey,
  }: { domain?: string; now?: () => Date; receiptKey?: LocalSigner } = {},
): IdentityPlace {
  const [secret, ...previous] = secrets
  return {
    ...createIdentityOwner(domain, { masterSecret: secret, previousSecrets: previous, receiptKey }),
    store,
    now,
  }
}

async function published(store: Store): Promise<string> {
  return Buffer.from((await store.read(SERVICE_LOG_KEY))?.body ?? []).toString()
}

describe("the service's own DID", () => {
  it('lies at the root of the domain, and its log resolves', async () => {
    const store = createMemoryStore()
    const { did, signer } = await openIdentity(placeOf(store))
    expect(did).toMatch(/^did:webvh:Q\w{45}:dpp\.windowco\.example$/)
    const { head, error } = verifyLog(await published(store), { did, now: new Date(start) })
    expect(error).toBeUndefined()
    expect(signer.verificationMethod).toBe(`${did}#receipt-1`)
    expect(
      verificationKey(head?.document ?? {}, signer.verificationMethod, 'assertionMethod'),
    ).toEqual(signer.publicKey)
    expect(head?.parameters.updateKeys).not.toContain(signer.multikey)
    expect(head?.parameters.nextKeyHashes).toHaveLength(1)
  })

  it('has keys by the documented rule, which never changes', async () => {
    const info = new Uint8Array([...encodeUtf8(DOMAIN), 0, 0, 0, 1])
    const prk = createHmac('sha256', 'dpp:receipt-key:v1').update(first).digest()
    const seed = createHmac('sha256', prk).update(info).update(Uint8Array.of(1)).digest()
    const { signer } = await openIdentity(placeOf(createMemoryStore()))
    expect(signer.multikey).toBe(createLocalSigner(seed).multikey)
    const [keys] = createIdentityOwner(DOMAIN, { masterSecret: first }).keys
    expect([signer.multikey, keys.updateSigner(1).multikey]).toMatchInlineSnapshot(`
      [
        "z6MktNgmhkk8uvQ2ZEFYG5aTF1PUvVH18eR2jV9p6gp5kBX9",
        "z6MkfUabEqJFTBE9wqHhRE9oAWPvFFRxQXQHq6nmXoiU5vhP",
      ]
    `)
  })

  it('stands under a port of its own', async () => {
    const { did } = await openIdentity(
      placeOf(createMemoryStore(), [first], { domain: 'dpp.localhost:8080' }),
    )
    expect(did).toMatch(/:dpp\.localhost%3A8080$/)
  })

  it('is the same after a restart, without a write', async () => {
    const store = createMemoryStore()
    const { did } = await openIdentity(placeOf(store))
    const before = await published(store)
    const later = placeOf(store, [first], { now: () => new Date(start + 86_400_000) })
    expect((await openIdentity(later)).did).toBe(did)
    expect(await published(store)).toBe(before)
  })

  it('is one for replicas that start at once', async () => {
    const store = createMemoryStore()
    const replicas = Array.from({ length: 8 }, (_, index) =>
      createServiceIdentity(
        placeOf(store, [first], { now: () => new Date(start + 1000 * index) }),
        log,
      ),
    )
    const dids = await Promise.all(replicas.map(async (each) => (await each.current()).did))
    expect(new Set(dids).size).toBe(1)
    expect((await published(store)).split('\n')).toHaveLength(2)
  })

  it.each<[string, () => IdentityPlace['keys'], string]>([
    ['another secret', () => createIdentityOwner(DOMAIN, { masterSecret: stranger }).keys, DOMAIN],
    [
      'another domain',
      () => createIdentityOwner(DOMAIN, { masterSecret: first }).keys,
      'dpp.other.example',
    ],
  ])('is not taken over by %s', async (_, keys, domain) => {
    const store = createMemoryStore()
    await openIdentity(placeOf(store))
    const before = await published(store)
    await expect(openIdentity({ ...placeOf(store), keys: keys(), domain })).rejects.toEqual(foreign)
    expect(await published(store)).toBe(before)
  })

  it.each(['', 'junk', '{"a":1}\n', '\xff'])('is not made where %j lies', async (junk) => {
    const store = createMemoryStore()
    await store.create(SERVICE_LOG_KEY, Buffer.from(junk, 'latin1'), logMeta)
    await expect(openIdentity(placeOf(store))).rejects.toEqual(foreign)
    expect(await published(store)).toBe(Buffer.from(junk, 'latin1').toString())
  })

  it('is still read by a service whose clock was set back', async () => {
    const store = createMemoryStore()
    const { did } = await openIdentity(placeOf(store))
    const early = placeOf(store, [first], { now: () => new Date(start - 86_400_000) })
    expect((await openIdentity(early)).did).toBe(did)
  })
})

describe('a new key for receipts', () => {
  it('comes with a new master secret, and keeps the DID', async () => {
    const store = createMemoryStore()
    const before = await openIdentity(placeOf(store))
    const after = await openIdentity(placeOf(store, [second, first]))
    expect(after.did).toBe(before.did)
    expect(after.signer.verificationMethod).toBe(`${after.did}#receipt-2`)
    const both = [after, before].map(({ signer }) => signer.verificationMethod)
    expect(after.head.document['assertionMethod']).toEqual(both)
    expect((await published(store)).startsWith(before.text)).toBe(true)
    // The secret before it is not needed any more, and a replica that has it alone goes on for now.
    expect((await openIdentity(placeOf(store, [second]))).signer).toMatchObject({
      multikey: after.signer.multikey,
    })
    const behind = await openIdentity(placeOf(store, [first]))
    expect(behind.signer.multikey).toBe(before.signer.multikey)
    expect(await published(store)).toBe(after.text)
  })

  it('is found by a running replica within a minute', async () => {
    const store = createMemoryStore()
    let now = start
    const place = placeOf(store, [first], { now: () => new Date(now) })
    const replica = createServiceIdentity(place, log)
    const before = await replica.current()
    const { signer } = await rotateReceiptKey(place, true)
    now += 59_000
    expect((await replica.current()).signer.multikey).toBe(before.signer.multikey)
    now += 1000
    await replica.current() // Reads again, beside the work.
    await expect.poll(async () => (await replica.current()).signer.multikey).toBe(signer.multikey)
  })

  it('drops the keys before it when one was stolen', async () => {
    const store = createMemoryStore()
    const place = placeOf(store)
    await openIdentity(place)
    await rotateReceiptKey(place, true)
    const { did, head } = await rotateReceiptKey(place, false)
    expect(head.document['assertionMethod']).toEqual([`${did}#receipt-3`])
  })

  it('silences a replica that has none of the keys any more', async () => {
    const store = createMemoryStore()
    let now = start
    const replica = createServiceIdentity(
      placeOf(store, [first], { now: () => new Date(now) }),
      log,
    )
    await replica.current()
    await rotateReceiptKey(placeOf(store, [second, first]), false)
    now += 60_000
    await replica.current()
    await expect.poll(() => replica.current().catch((error: unknown) => error)).toEqual(foreign)
  })

  it('is not made twice by a write that is done and reported as failed', async () => {
    const store = createMemoryStore()
    await openIdentity(placeOf(store))
    let faults = 1
    const lossy: Store = {
      ...store,
      async replace(...args) {
        const result = await store.replace(...args)
        if (faults-- > 0) throw new DppError('ERR_DPP_STORE_UNAVAILABLE', 'lost')
        return result
      },
    }
    const { did, signer } = await rotateReceiptKey(placeOf(lossy), true)
    expect(signer.verificationMethod).toBe(`${did}#receipt-2`)
    expect((await published(store)).split('\n')).toHaveLength(3)
  })
})

describe('a key for receipts that lies elsewhere', () => {
  const [elsewhere, other] = [1, 2].map(() => createLocalSigner(generateSeed())) as [
    LocalSigner,
    LocalSigner,
  ]
  const methods = ({ head }: Identity): unknown => head.document['assertionMethod']
  const refused = expect.objectContaining({ code: 'ERR_DPP_CONFIG_INVALID' })

  it('is listed from the first entry on, and signs under its name in the document', async () => {
    const store = createMemoryStore()
    const place = placeOf(store, [first], { receiptKey: elsewhere })
    const { did, signer, head } = await openIdentity(place)
    expect(signer.verificationMethod).toBe(`${did}#receipt-1`)
    const key = verificationKey(head.document, signer.verificationMethod, 'assertionMethod')
    expect(key).toEqual(elsewhere.publicKey)
    const signature = await signer.sign(encodeUtf8('receipt'))
    expect(signature).toEqual(await elsewhere.sign(encodeUtf8('receipt')))
    const before = await published(store)
    expect((await openIdentity(place)).signer.multikey).toBe(elsewhere.multikey)
    expect(await published(store)).toBe(before)
  })

  it('comes in at a start, beside the one before it, which replicas without it go on with', async () => {
    const store = createMemoryStore()
    const { did } = await openIdentity(placeOf(store))
    const after = await openIdentity(placeOf(store, [first], { receiptKey: elsewhere }))
    expect(after.signer.multikey).toBe(elsewhere.multikey)
    expect(methods(after)).toEqual([`${did}#receipt-2`, `${did}#receipt-1`])
    const behind = await openIdentity(placeOf(store))
    expect(behind.signer.verificationMethod).toBe(`${did}#receipt-1`)
    expect(await published(store)).toBe(after.text)
  })

  it('is followed by another, or by none, since the update keys are the service’s', async () => {
    const store = createMemoryStore()
    await openIdentity(placeOf(store, [first], { receiptKey: elsewhere }))
    const next = await openIdentity(placeOf(store, [first], { receiptKey: other }))
    expect(methods(next)).toEqual([`${next.did}#receipt-2`, `${next.did}#receipt-1`])
    expect(next.signer.multikey).toBe(other.multikey)
    const none = await openIdentity(placeOf(store))
    expect(none.signer.verificationMethod).toBe(`${next.did}#receipt-3`)
    const stranger = placeOf(store, [second], { receiptKey: createLocalSigner(generateSeed()) })
    await expect(openIdentity(stranger)).rejects.toEqual(foreign)
  })

  it('does not come back by a replica that still has it after it was revoked', async () => {
    const store = createMemoryStore()
    const stolen = placeOf(store, [first], { receiptKey: elsewhere })
    await openIdentity(stolen)
    const after = await rotateReceiptKey(placeOf(store, [first], { receiptKey: other }), false)
    expect(methods(after)).toEqual([`${after.did}#receipt-2`])
    await expect(openIdentity(stolen)).rejects.toEqual(foreign)
    await expect(rotateReceiptKey(stolen, true)).rejects.toEqual(foreign)
    expect(await published(store)).toBe(after.text)
  })

  it('is rotated elsewhere: here it can only be left alone', async () => {
    const store = createMemoryStore()
    await openIdentity(placeOf(store))
    const place = placeOf(store, [first], { receiptKey: elsewhere })
    await openIdentity(place)
    await expect(rotateReceiptKey(place, true)).rejects.toEqual(refused)
    const alone = await rotateReceiptKey(place, false)
    expect(methods(alone)).toEqual([`${alone.did}#receipt-2`]) // It keeps its name, and receipts hold.
    await expect(rotateReceiptKey(place, false)).rejects.toEqual(refused)
  })
})

describe('a store that is down', () => {
  it('gives no signer, and the next call tries again', async () => {
    const store = createMemoryStore()
    let isDown = true
    const flaky: Store = {
      ...store,
      async read(key) {
        if (isDown) throw new DppError('ERR_DPP_STORE_UNAVAILABLE', 'down')
        return await store.read(key)
      },
    }
    const identity = createServiceIdentity(placeOf(flaky), log)
    await expect(identity.current()).rejects.toMatchObject({ code: 'ERR_DPP_STORE_UNAVAILABLE' })
    isDown = false
    const { did } = await identity.current()
    expect((await readPublishedIdentity(placeOf(store)))?.did).toBe(did)
  })
})
