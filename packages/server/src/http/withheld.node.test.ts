// Content that not everybody may read, or nobody any more: the digest is anchored all the same. And what an issuer may post.
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { eventDigest, type JsonObject, type SecuredEvent } from '@dpp/core'
import { readEvents, verifyLog } from '@dpp/webvh'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type LocalService,
  openLocalService,
  SERVICE_DOMAIN,
} from '../../../../test/local-service.ts'
import {
  type RegisteredProduct,
  registerProduct,
  signManufacture,
} from '../../../../test/server-client.ts'

const hash = (token: string): string => createHash('sha256').update(token).digest('hex')

let local: LocalService
let product: RegisteredProduct
let now = new Date()

beforeAll(async () => {
  local = await openLocalService({}, () => now)
  product = await registerProduct(local.url, SERVICE_DOMAIN, local.issuer, 'WITHHELD-1')
  now = new Date(Date.now() + 5000)
  await local.restart({
    DPP_AUDIENCES: `inspectors=${hash('one')},inspectors=${hash('two')},recyclers=${hash('three')}`,
    DPP_ADMIN_TOKENS_SHA256: hash('admin'),
  })
})

afterAll(() => local?.close())

async function post(event: SecuredEvent, query = ''): Promise<{ status: number; code: unknown }> {
  const response = await fetch(`${local.url}/events${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  })
  return { status: response.status, code: ((await response.json()) as JsonObject)['code'] }
}

async function read(path: string, token?: string): Promise<{ status: number; code?: unknown }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(`${local.url}${path}`, { headers })
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  const { code } = (await response.json()) as JsonObject
  return { status: response.status, ...(code === undefined ? {} : { code }) }
}

async function seal(): Promise<void> {
  now = new Date(now.getTime() + 1000)
  await local.server.batches.runNow()
}

const pathOf = (digest: string): string => `/.well-known/did/events/${digest}.json`
const erase = (digest: string, token = 'admin'): Promise<Response> =>
  fetch(`${local.url}/events/${digest}/content`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  })

describe('a restricted event', () => {
  let digest: string

  it('is sealed like any other, and never lies under the public prefix', async () => {
    const event = await signManufacture(local.issuer, [product], now)
    digest = eventDigest(event)
    expect(await post(event, '?audience=nobody')).toMatchObject({ status: 400 })
    expect(await post(event, '?audience=constructor')).toMatchObject({ status: 400 })
    expect((await post(event, '?audience=inspectors')).status).toBe(201)
    expect((await post(event)).status).toBe(200) // Known, and restricted as before.
    await seal()
    const log = await (await fetch(`${local.url}/.well-known/did/${product.scid}/did.jsonl`)).text()
    expect(readEvents(verifyLog(log, { now }).versions).at(-1)?.digest).toBe(digest)
    const files = await readdir(join(local.folder, 'files'), { recursive: true })
    expect(files.filter((name) => name.includes(digest))).toEqual([])
    const status = (await (await fetch(`${local.url}/events/${digest}`)).json()) as JsonObject
    expect(status).toMatchObject({ content: 'restricted', stage: 'sealed' })
  })

  it('is for its audience alone', async () => {
    const token = { status: 401, code: 'ERR_DPP_EVENT_TOKEN' }
    expect(await read(pathOf(digest))).toEqual(token)
    expect(await read(pathOf(digest), 'wrong')).toEqual(token)
    const other = { status: 403, code: 'ERR_DPP_EVENT_RESTRICTED' }
    expect(await read(pathOf(digest), 'three')).toEqual(other)
    for (const reader of ['one', 'two', 'admin']) {
      expect(await read(pathOf(digest), reader)).toEqual({ status: 200 })
    }
    const headers = { authorization: 'bearer one' } // The scheme in any case.
    const response = await fetch(`${local.url}${pathOf(digest)}`, { headers })
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(eventDigest((await response.json()) as SecuredEvent)).toBe(digest)
  })
})

describe('content that is erased', () => {
  it('is gone from the files and the journal; the digest stays', async () => {
    const event = await signManufacture(local.issuer, [product], now)
    const digest = eventDigest(event)
    await post(event)
    await seal()
    expect(await read(pathOf(digest))).toEqual({ status: 200 })
    expect((await erase(digest, 'one')).status).toBe(401)
    expect(await (await erase(digest)).json()).toEqual({
      digest,
      content: 'erased',
      file: pathOf(digest),
      removed: true,
    })
    expect((await erase(digest)).status).toBe(200)
    const gone = { status: 410, code: 'ERR_DPP_EVENT_ERASED' }
    expect(await read(pathOf(digest))).toEqual(gone)
    expect(await read(pathOf(digest), 'admin')).toEqual(gone)
    expect((await post(event)).status).toBe(200) // Its receipt, and nothing more.
    expect(await read(pathOf(digest))).toEqual(gone)
    expect((await erase(`zQm${'1'.repeat(44)}`)).status).toBe(404)
    expect((await erase('x')).status).toBe(404)
  })

  it('is not published by a later batch', async () => {
    const event = await signManufacture(local.issuer, [product], now)
    const digest = eventDigest(event)
    await post(event)
    expect((await erase(digest)).status).toBe(200)
    await seal()
    const files = await readdir(join(local.folder, 'files'), { recursive: true })
    expect(files.filter((name) => name.includes(digest))).toEqual([])
    const status = (await (await fetch(`${local.url}/events/${digest}`)).json()) as JsonObject
    expect(status).toMatchObject({ content: 'erased', stage: 'sealed' })
  })
})

describe('what an issuer may post', () => {
  it('is bounded by the day, across restarts', async () => {
    const quota = { DPP_ISSUER_QUOTA_PER_DAY: '2' }
    now = new Date(Math.floor(now.getTime() / 86_400_000 + 1) * 86_400_000) // Tomorrow.
    await local.restart(quota)
    const events: SecuredEvent[] = []
    for (let n = 0; n < 4; n++) events.push(await signManufacture(local.issuer, [product], now))
    const [first, second, third, fourth] = events as [
      SecuredEvent,
      SecuredEvent,
      SecuredEvent,
      SecuredEvent,
    ]
    const refused = { status: 429, code: 'ERR_DPP_EVENT_QUOTA' }
    expect((await post(first)).status).toBe(201)
    await local.restart(quota)
    expect((await post(second)).status).toBe(201)
    expect(await post(third)).toEqual(refused)
    const again = await fetch(`${local.url}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(third),
    })
    expect(again.headers.get('retry-after')).toBe('86400') // When the day is over.
    expect((await post(first)).status).toBe(200) // What is known costs nothing.
    now = new Date(now.getTime() + 86_400_000)
    expect((await post(fourth)).status).toBe(201)
  })

  it('is neither from the future nor older than the service accepts, nor a second content of an id', async () => {
    await local.restart({ DPP_MAX_EVENT_AGE_SECONDS: '3600' })
    const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000)
    const refused = { status: 422, code: 'ERR_DPP_EVENT_AGE' }
    expect(await post(await signManufacture(local.issuer, [product], at(120)))).toEqual(refused)
    expect(await post(await signManufacture(local.issuer, [product], at(-3601)))).toEqual(refused)
    expect((await post(await signManufacture(local.issuer, [product], at(-3500)))).status).toBe(201)
  })
})
