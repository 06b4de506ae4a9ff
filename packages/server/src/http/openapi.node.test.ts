// The OpenAPI document against an independent validator, and the service's answers against the document.
import { addProof, eventDigest, type JsonObject } from '@dpp/core'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  SERVICE_DOMAIN as DOMAIN,
  type LocalService,
  openLocalService,
} from '../../../../test/local-service.ts'
import {
  type Organisation,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
} from '../../../../test/server-client.ts'
import type { Server } from '../server.ts'

type Answers = {
  readonly [status: string]: { readonly content?: { readonly [type: string]: { schema: object } } }
}
type OpenApi = {
  readonly openapi: string
  readonly paths: { readonly [path: string]: { readonly [method: string]: { responses: Answers } } }
  readonly components: object
}

let service: LocalService
let issuer: Organisation
let product: RegisteredProduct
let server: Server
let url: string
let openapi: OpenApi

beforeAll(async () => {
  service = await openLocalService({ DPP_PAGE_URL: 'https://page.example/#/{did}' })
  ;({ issuer, server, url } = service)
  product = await registerProduct(url, DOMAIN, issuer, 'DOC-1')
  openapi = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi
})

afterAll(() => service?.close())

const json = { 'content-type': 'application/json' }

/** Sends a request, holds the answer against the document, and gives it back. */
async function ask(path: string, template: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init })
  const operation = openapi.paths[template]?.[(init.method ?? 'GET').toLowerCase()]
  expect(operation, template).toBeDefined()
  const { status } = response
  const answer = operation?.responses[status] ?? operation?.responses[`${String(status)[0]}XX`]
  expect(answer, `${template} ${status}`).toBeDefined()
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  const schema = answer?.content?.[type]?.schema
  if (schema === undefined || !type.endsWith('json')) return response
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const isValid = ajv.compile({ ...schema, components: openapi.components })
  expect(isValid(await response.clone().json()), JSON.stringify(isValid.errors)).toBe(true)
  return response
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate({ ...openapi })
    expect(result).toMatchObject({ valid: true })
    expect(openapi.openapi).toBe('3.1.0')
  })

  it('describes every route', () => {
    const described = Object.entries(openapi.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(described.sort()).toMatchSnapshot()
  })

  it('is a page that asks for nothing', async () => {
    const response = await ask('/docs', '/docs')
    const page = await response.text()
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page).toContain('POST /events')
    expect(page).not.toMatch(/<script|src=|@import|href="http/)
  })
})

describe('answers', () => {
  it('are as the document says', async () => {
    const event = await signManufacture(issuer, [product])
    const other = await signManufacture(issuer, [product])
    const digest = eventDigest(event)
    const { scid } = product
    const posts: readonly (readonly [string, object, number])[] = [
      ['/events', event, 201],
      ['/events', event, 200],
      ['/events', { events: [other, { a: 1 }] }, 201],
      ['/events', { a: 1 }, 400],
      ['/dids/keys', { alsoKnownAs: ['https://id.gs1.org/01/09521234500018/21/A'] }, 200],
      ['/dids', { log: 'x' }, 422],
      ['/batches', {}, 200],
    ]
    for (const [path, body, status] of posts) {
      const init = { method: 'POST', headers: json, body: JSON.stringify(body) }
      expect((await ask(path, path, init)).status, path).toBe(status)
    }
    const gets: readonly (readonly [string, string, number])[] = [
      [`/events/${digest}`, '/events/{digest}', 200],
      ['/events/zQm', '/events/{digest}', 404],
      ['/events', '/events', 200],
      [`/events?issuer=${issuer.did}&product=${scid}`, '/events', 200],
      [`/dids/${scid}`, '/dids/{scid}', 200],
      ['/dids', '/dids', 200],
      ['/batches', '/batches', 200],
      ['/batches/1', '/batches/{id}', 200],
      ['/service', '/service', 200],
      ['/healthz', '/healthz', 200],
      ['/readyz', '/readyz', 200],
      ['/metrics', '/metrics', 200],
    ]
    for (const [path, template, status] of gets) {
      expect((await ask(path, template)).status, path).toBe(status)
    }
  })

  it('name the request', async () => {
    const first = await fetch(`${url}/nothing`, { headers: { 'x-request-id': 'chosen-by-me' } })
    const id = first.headers.get('x-request-id')
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await first.json()).toMatchObject({ requestId: id })
  })

  it('filter the lists', async () => {
    const of = async (path: string, name: string): Promise<unknown[]> =>
      ((await (await fetch(`${url}${path}`)).json()) as { [name: string]: unknown[] })[name] ?? []
    expect(await of(`/dids?controller=${issuer.did}`, 'dids')).toHaveLength(1)
    expect(await of('/dids?controller=did:key:z6Mk', 'dids')).toHaveLength(0)
    expect(await of('/dids?control=self', 'dids')).toHaveLength(0)
    expect(await of(`/events?product=${product.scid}`, 'events')).toHaveLength(2)
    expect(await of('/events?issuer=did:key:z6Mk', 'events')).toHaveLength(0)
  })

  it('refuse filters and cursors that can name nothing', async () => {
    const unknown = eventDigest(await signManufacture(issuer, [product])) // Never posted.
    const schema = { status: 400, code: 'ERR_DPP_HTTP_SCHEMA' }
    const refused: readonly (readonly [string, object])[] = [
      ['/dids?control=open', schema],
      ['/dids?controller=windowco', schema],
      ['/dids?after=1', schema],
      ['/events?issuer=windowco', schema],
      [`/events?product=${product.did}`, schema],
      ['/events?before=1', schema],
      [`/events?before=${unknown}`, { status: 404, code: 'ERR_DPP_EVENT_UNKNOWN' }],
      ['/batches?before=x', schema],
    ]
    for (const [path, problem] of refused) {
      expect(await (await fetch(`${url}${path}`)).json(), path).toMatchObject(problem)
    }
  })

  it('say what the limits of an event are', async () => {
    const { limits } = (await (await fetch(`${url}/service`)).json()) as { limits: object }
    expect(limits).toMatchObject({ eventBytes: 65_536, eventMembers: 4096, productsPerEvent: 256 })
    expect(limits).toMatchObject({ eventsPerRequest: 1000, productsPerRequest: 10_000 })
  })
})

describe('a file', () => {
  it('is served in parts, to who has the rest', async () => {
    const path = `${url}/.well-known/did/${product.scid}/did.jsonl`
    const whole = await (await fetch(path)).text()
    const part = await fetch(path, { headers: { range: 'bytes=10-19' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${whole.length}`)
    expect(await part.text()).toBe(whole.slice(10, 20))
    const beyond = await fetch(path, { headers: { range: `bytes=${whole.length}-` } })
    expect(beyond.status).toBe(416)
    expect(beyond.headers.get('content-range')).toBe(`bytes */${whole.length}`)
    const other = await fetch(path, { headers: { range: 'bytes=1-', 'if-range': '"other"' } })
    expect(other.status).toBe(200)
    expect((await fetch(path, { headers: { 'if-match': '"other"' } })).status).toBe(412)
    const missing = await fetch(path.replace('did.jsonl', 'whois.vp'))
    expect(missing.status).toBe(404)
    expect(missing.headers.get('cache-control')).toBe('no-store')
  })
})

describe('a passport', () => {
  const put = async (scid: string, body: object): Promise<{ status: number; code?: unknown }> => {
    const init = { method: 'PUT', headers: json, body: JSON.stringify(body) }
    const response = await ask(`/dids/${scid}/passport`, '/dids/{scid}/passport', init)
    const { code } = (await response.json()) as { code?: unknown }
    return { status: response.status, ...(code === undefined ? {} : { code }) }
  }
  const sign = async (document: JsonObject, seconds: number): Promise<JsonObject> => {
    const created = new Date(Math.floor(Date.now() / 1000 + seconds) * 1000)
    return await addProof(document, { signer: issuer.signer, created })
  }

  it('is published as its controller signed it, and never goes back', async () => {
    const { did, scid } = product
    const older = await sign({ id: did, name: 'older' }, -20)
    const newer = await sign({ credentialSubject: { id: product.item }, issuer: issuer.did }, -10)
    expect(await put(scid, older)).toEqual({ status: 201 })
    expect(await put(scid, older)).toEqual({ status: 200 })
    expect(await put(scid, newer)).toEqual({ status: 200 })
    expect(await put(scid, older)).toEqual({ status: 409, code: 'ERR_DPP_PASSPORT_OLDER' })
    const published = await fetch(`${url}/.well-known/did/${scid}/passport.json`)
    expect(await published.json()).toEqual(newer)
  })

  it('is refused when it is of another product, by another key, or from the future', async () => {
    const { did, scid } = product
    const invalid = { status: 400, code: 'ERR_DPP_PASSPORT_INVALID' }
    const unproven = { status: 403, code: 'ERR_DPP_CONTROLLER_PROOF' }
    expect(await put(scid, await sign({ id: `${did}x` }, 0))).toEqual(invalid)
    expect(await put(scid, await sign({ id: did, issuer: 'did:key:z6Mk' }, 0))).toEqual(invalid)
    expect(await put(scid, { ...(await sign({ id: did }, 0)), more: 1 })).toEqual(unproven)
    expect(await put(scid, { id: did })).toEqual(unproven)
    expect(await put(scid, await sign({ id: did }, 3600))).toEqual(unproven)
    const { proof } = await sign({ id: did }, 0)
    const stranger = { ...(proof as JsonObject), verificationMethod: 'did:key:z6Mk#z6Mk' }
    expect(await put(scid, { id: did, proof: stranger })).toMatchObject({ status: 403 })
    expect(await put(`Qm${'1'.repeat(44)}`, { id: did })).toMatchObject({ status: 404 })
  })

  it('is what a scanned code leads to; people get the page', async () => {
    const path = new URL(product.item).pathname
    const template = '/01/{gtin}/21/{serial}'
    const program = await ask(path, template)
    expect(program.status).toBe(307)
    expect(program.headers.get('location')).toBe(`/.well-known/did/${product.scid}/passport.json`)
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
    const person = await ask(path, template, { headers: { accept } })
    expect(person.headers.get('location')).toBe(
      `https://page.example/#/${encodeURIComponent(product.did)}`,
    )
    const short = await ask(path.replace('/09', '/9'), template)
    expect(short.status).toBe(307)
    expect((await ask('/01/09521234500018/21/NONE', template)).status).toBe(404)
    expect((await ask('/01/123/21/x', template)).status).toBe(400)
  })
})

it('answers 202 for a batch that takes longer than the client waits, and goes on', async () => {
  await registerProduct(url, DOMAIN, issuer, 'SLOW-1')
  const before = (await newestBatch())?.id ?? 0
  let letGo = (): void => {}
  const held = server.batches.betweenBatches(
    () =>
      new Promise<void>((resolve) => {
        letGo = resolve
      }),
  )
  for (const prefer of ['respond-async', 'wait=0', 'handling=lenient, wait="0"']) {
    const answer = await ask('/batches', '/batches', { method: 'POST', headers: { prefer } })
    expect([answer.status, answer.headers.get('location')]).toEqual([202, '/batches'])
  }
  letGo()
  await held
  const rooted = { id: before + 1, state: 'rooted' }
  await vi.waitFor(async () => expect(await newestBatch()).toMatchObject(rooted), WAIT)
})

const WAIT = { timeout: 30_000, interval: 100 }

async function newestBatch(): Promise<{ id: number; state: string } | undefined> {
  const { batches } = await (await fetch(`${url}/batches`)).json()
  return batches[0]
}
