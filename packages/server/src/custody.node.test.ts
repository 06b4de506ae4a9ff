// Custody through the HTTP interface: the service extends a delegated log, its owner takes it over, seals what waits, and
// closes it.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalSigner, eventDigest, generateSeed, type JsonObject } from '@dpp/core'
import {
  appendDigests,
  appendEntry,
  hashKey,
  type LogHead,
  readEvents,
  takeoverParameters,
  verifyLog,
} from '@dpp/webvh'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  SERVICE_DOMAIN as DOMAIN,
  type LocalService,
  openLocalService,
} from '../../../test/local-service.ts'
import {
  getJson,
  type Organisation,
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
} from '../../../test/server-client.ts'
import { createUpdateKeys } from './custody/update-keys.ts'
import type { Server } from './server.ts'

const secret = new Uint8Array(32).fill(7)

let service: LocalService
let issuer: Organisation
let server: Server
let url: string
let folder: string
let product: RegisteredProduct
let head: LogHead
const nextKey = createLocalSigner(generateSeed())
let now = new Date()

// A clock that a test moves: entries of one log differ by a second at least.
function tick(): Date {
  now = new Date(now.getTime() + 1000)
  return now
}

beforeAll(async () => {
  const key = { WITNESS_PRIVATE_KEY: Buffer.from(secret).toString('hex') }
  service = await openLocalService(key, () => now)
  ;({ issuer, server, url, folder } = service)
  product = await registerProduct(url, DOMAIN, issuer, 'CUSTODY-1')
  now = new Date(Date.now() + 10_000) // After the genesis, which the client dates by the real clock.
})

afterAll(() => service?.close())

async function publishedLog(): Promise<ReturnType<typeof verifyLog>> {
  const text = await (await fetch(`${url}/.well-known/did/${product.scid}/did.jsonl`)).text()
  const report = verifyLog(text, { did: product.did, now })
  expect(report.error).toBeUndefined()
  return report
}

async function postEntries(body: JsonObject): Promise<{ status: number; code: unknown }> {
  const answer = await postJson(`${url}/dids/${product.scid}/log`, body)
  return { status: answer.status, code: (answer.body as JsonObject)['code'] }
}

async function acceptEvent(): Promise<string> {
  const event = await signManufacture(issuer, [product], now)
  expect((await postJson(`${url}/events`, event)).status).toBe(201)
  return eventDigest(event)
}

describe('custody', () => {
  it('extends a delegated log with the keys of the rule, and keeps the recovery hash', async () => {
    await acceptEvent()
    tick()
    await server.batches.runNow()
    await acceptEvent()
    tick()
    await server.batches.runNow()
    const { versions } = await publishedLog()
    const keys = createUpdateKeys(secret)
    const recovery = hashKey(product.recovery.multikey)
    expect(versions.map(({ parameters }) => parameters.nextKeyHashes)).toEqual([
      [keys.hashFor(product.item, 2), recovery],
      [keys.hashFor(product.item, 3), recovery],
      [keys.hashFor(product.item, 4), recovery],
    ])
    const [, second, third] = versions
    expect(second?.parameters.updateKeys).toEqual([keys.signerFor(product.item, 2).multikey])
    expect(third?.parameters.updateKeys).toEqual([keys.signerFor(product.item, 3).multikey])
  })

  it('lets the owner take the log over with the recovery key', async () => {
    const report = await publishedLog()
    if (report.head === undefined) throw new Error('no head')
    const stranger = createLocalSigner(generateSeed())
    const forged = await appendEntry(report.head, {
      parameters: takeoverParameters(product.recovery.multikey, [hashKey(nextKey.multikey)]),
      signer: product.recovery,
      versionTime: tick(),
    })
    const tampered = forged.line.replace(product.recovery.multikey, stranger.multikey)
    const before = report.head.versionId
    const refused = { status: 422, code: 'ERR_DPP_ENTRIES_REFUSED' }
    expect(await postEntries({ head: before, log: tampered })).toEqual(refused)
    expect(await postEntries({ head: '1-x', log: forged.line })).toEqual({
      status: 409,
      code: 'ERR_DPP_LOG_MOVED',
    })
    expect((await postEntries({ head: before, log: forged.line })).status).toBe(201)
    // Once more, by a client that did not get the answer; other entries on that head are too late.
    expect((await postEntries({ head: before, log: forged.line })).status).toBe(200)
    expect(await postEntries({ head: before, log: tampered })).toMatchObject({ status: 409 })
    head = forged.head
    expect((await publishedLog()).versions).toHaveLength(4)
    const { body } = await getJson(`${url}/dids/${product.scid}`)
    expect(body).toMatchObject({ control: 'self', versionId: head.versionId })
  })

  it('leaves later events to the owner, who seals exactly those', async () => {
    const digest = await acceptEvent()
    tick()
    await server.batches.runNow() // Takes the takeover entry into a batch, and nothing else.
    expect((await publishedLog()).versions).toHaveLength(4)
    const { body } = await getJson(`${url}/dids/${product.scid}`)
    expect(body).toMatchObject({ waiting: [digest] })

    const unknown = eventDigest(await signManufacture(issuer, [product], now))
    const third = createLocalSigner(generateSeed())
    const append = (digests: readonly string[]) =>
      appendEntry(head, {
        document: appendDigests(head.document, digests),
        parameters: takeoverParameters(nextKey.multikey, [hashKey(third.multikey)]),
        signer: nextKey,
        versionTime: tick(),
      })
    const foreign = await append([unknown])
    expect(await postEntries({ head: head.versionId, log: foreign.line })).toMatchObject({
      status: 422,
    })
    const entry = await append([digest])
    expect((await postEntries({ head: head.versionId, log: entry.line })).status).toBe(201)
    tick()
    await server.batches.runNow()
    const status = (await getJson(`${url}/events/${digest}`)).body
    expect(status).toMatchObject({ stage: 'sealed', deliveries: [{ batch: 4 }] })
    const report = await publishedLog()
    expect(readEvents(report.versions).at(-1)?.digest).toBe(digest)

    const open = await appendEntry(entry.head, {
      parameters: takeoverParameters(third.multikey, []),
      signer: third,
      versionTime: tick(),
    })
    const closing = await appendEntry(open.head, {
      parameters: { updateKeys: [] },
      signer: third,
      versionTime: tick(),
    })
    const both = `${open.line}${closing.line}`
    expect((await postEntries({ head: entry.head.versionId, log: both })).status).toBe(201)
    const event = await signManufacture(issuer, [product], now)
    const refused = await postJson(`${url}/events`, event)
    expect(refused.body).toMatchObject({ status: 409, code: 'ERR_DPP_PRODUCT_CLOSED' })
    expect(await postEntries({ head: closing.head.versionId, log: open.line })).toEqual({
      status: 409,
      code: 'ERR_DPP_PRODUCT_CLOSED',
    })
    expect((await publishedLog()).versions).toHaveLength(7)
  })

  it('yields when another writer published first: the entry is void, its event waits again', async () => {
    const other = await registerProduct(url, DOMAIN, issuer, 'CUSTODY-2')
    now = new Date(Date.now() + 60_000)
    const event = await signManufacture(issuer, [other], now)
    expect((await postJson(`${url}/events`, event)).status).toBe(201)
    const path = join(folder, 'files', '.well-known', 'did', other.scid, 'did.jsonl')
    const genesis = await readFile(path, 'utf8')
    const { head: first } = verifyLog(genesis, { now })
    if (first === undefined) throw new Error('no head')
    const winner = await appendEntry(first, {
      parameters: takeoverParameters(other.recovery.multikey, [hashKey(nextKey.multikey)]),
      signer: other.recovery,
      versionTime: tick(),
    })
    await writeFile(path, `${genesis}${winner.line}`)
    tick()
    await server.batches.runNow() // Signs an entry of its own, and finds the other one published.
    expect(await readFile(path, 'utf8')).toBe(`${genesis}${winner.line}`)
    tick()
    await server.batches.runNow()
    const { body } = await getJson(`${url}/dids/${other.scid}`)
    expect(body).toMatchObject({
      control: 'self',
      versionId: winner.head.versionId,
      waiting: [eventDigest(event)],
    })
    expect(await readFile(path, 'utf8')).toBe(`${genesis}${winner.line}`)
  })

  it('sets a product aside whose published log is not a continuation, and seals the others', async () => {
    const bad = await registerProduct(url, DOMAIN, issuer, 'CUSTODY-3')
    const good = await registerProduct(url, DOMAIN, issuer, 'CUSTODY-4')
    now = new Date(Date.now() + 120_000)
    const event = await signManufacture(issuer, [bad, good], now)
    expect((await postJson(`${url}/events`, event)).status).toBe(201)
    const path = join(folder, 'files', '.well-known', 'did', bad.scid, 'did.jsonl')
    await writeFile(path, '{"not":"ours"}\n')
    tick()
    await server.batches.runNow()
    const status = (await getJson(`${url}/events/${eventDigest(event)}`)).body as {
      deliveries: { scid: string; stage: string; reason?: string }[]
    }
    const stages = new Map(status.deliveries.map(({ scid, stage }) => [scid, stage]))
    expect(stages.get(bad.scid)).toBe('failed')
    expect(stages.get(good.scid)).toBe('sealed')
  })
})
