// The HTTP interface against hostile and mistaken requests, in process: every answer is a coded problem, quickly.
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import {
  createLocalSigner,
  eventDigest,
  fromHex,
  generateSeed,
  type JsonObject,
  signEvent,
  type UnsignedEvent,
} from '@dpp/core'
import { createLog, createProductDocument, hashKey, PRODUCT_PATH } from '@dpp/webvh'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  SERVICE_DOMAIN as DOMAIN,
  type LocalService,
  openLocalService,
} from '../../../test/local-service.ts'
import {
  createOrganisation,
  type FileHost,
  getJson,
  type Organisation,
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
  startFileHost,
} from '../../../test/server-client.ts'

let service: LocalService
let strangerHost: FileHost
let issuer: Organisation
let stranger: Organisation
let url: string
let product: RegisteredProduct

beforeAll(async () => {
  strangerHost = await startFileHost()
  stranger = await createOrganisation(strangerHost, 'stranger.example')
  service = await openLocalService({ DPP_ORIGINS: `stranger.example=${strangerHost.url}` })
  ;({ issuer, url } = service)
  product = await registerProduct(url, DOMAIN, issuer, 'HOSTILE-1')
})

afterAll(async () => {
  await service?.close()
  await strangerHost?.close()
})

async function post(
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<{ status: number; code: string }> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : Buffer.from(body),
  })
  const problem = (await response.json()) as { status: number; code: string }
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(problem.status).toBe(response.status)
  return { status: response.status, code: problem.code }
}

describe('hostile bodies', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  const bodies: readonly (readonly [string, string | Uint8Array, number, string])[] = [
    ['nothing', '', 400, 'ERR_DPP_HTTP_SCHEMA'],
    ['no JSON', '{', 400, 'ERR_DPP_JSON_SYNTAX'],
    ['100,000 levels', deep, 400, 'ERR_DPP_JSON_LIMIT'],
    ['duplicate names', '{"events":[],"events":[]}', 400, 'ERR_DPP_JSON_DUPLICATE'],
    ['invalid UTF-8', fromHex('7b2261223a22ff227d'), 400, 'ERR_DPP_JSON_UTF8'],
    ['a byte order mark', fromHex('efbbbf7b7d'), 400, 'ERR_DPP_JSON_UTF8'],
    ['a lone surrogate', '{"a":"\\ud800"}', 400, 'ERR_DPP_JSON_SURROGATE'],
    ['a list that does not end', '{"events":[{}', 400, 'ERR_DPP_JSON_SYNTAX'],
    ['an empty list', '{"events":[]}', 400, 'ERR_DPP_HTTP_SCHEMA'],
    ['a list and more', '{"events":[{}],"more":1}', 400, 'ERR_DPP_HTTP_SCHEMA'],
    ['too many events', `{"events":[${'1,'.repeat(1000)}1]}`, 400, 'ERR_DPP_HTTP_SCHEMA'],
    ['something else', '{"a":1}', 400, 'ERR_DPP_EVENT_INVALID'],
    ['a number', '5', 400, 'ERR_DPP_EVENT_INVALID'],
    ['5 MB', `"${'a'.repeat(5_000_000)}"`, 413, 'ERR_DPP_HTTP_TOO_LARGE'],
  ]

  it.each(bodies)('refuses %s', async (_name, body, status, code) => {
    expect(await post('/events', body)).toEqual({ status, code })
  })

  it('refuses other media types and compressed bodies', async () => {
    const refused = { status: 415, code: 'ERR_DPP_HTTP_MEDIA_TYPE' }
    expect(await post('/events', 'a=1', { 'content-type': 'text/plain' })).toEqual(refused)
    const zipped = gzipSync('{}')
    expect(await post('/events', zipped, { 'content-encoding': 'gzip' })).toEqual(refused)
  })

  it('answers a body that is too large to a client that sends it all first', async () => {
    for (let i = 0; i < 10; i++) {
      const tooLarge = { status: 413, code: 'ERR_DPP_HTTP_TOO_LARGE' }
      expect(await post('/events', 'x'.repeat(8 << 20))).toEqual(tooLarge)
    }
  })

  it('answers each of a list by itself', async () => {
    const event = await signManufacture(issuer, [product])
    const { status, body } = await postJson(`${url}/events`, { events: [event, { a: 1 }, event] })
    expect(status).toBe(201)
    const { results, receipts } = body as { results: JsonObject[]; receipts: JsonObject[] }
    const digest = eventDigest(event)
    expect(results[0]).toEqual({ digest, receipt: 0 })
    expect(results[1]).toMatchObject({ status: 400, code: 'ERR_DPP_EVENT_INVALID' })
    expect(results[2]).toEqual({ digest, receipt: 0 })
    expect(receipts).toHaveLength(1)
  })

  it('refuses what is malformed in a list, and nothing else of it', async () => {
    const event = JSON.stringify(await signManufacture(issuer, [product]))
    const elements = [deep, '{"id":"\\ud800"}', event, '{"id":1,"id":1}', '{]}']
    const answer = await postText(`{"events":[${elements.join(',')}]}`)
    const { results } = answer as { results: JsonObject[] }
    expect(results.map(({ code }) => code)).toEqual([
      'ERR_DPP_JSON_LIMIT',
      'ERR_DPP_JSON_SURROGATE',
      undefined,
      'ERR_DPP_JSON_DUPLICATE',
      'ERR_DPP_JSON_SYNTAX',
    ])
  })
})

async function postText(body: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  return await (await fetch(`${url}/events`, { method: 'POST', headers, body })).json()
}

describe('events that are refused', () => {
  it('refuses another body under a used id, naming the first', async () => {
    const event = await signManufacture(issuer, [product])
    expect((await postJson(`${url}/events`, event)).status).toBe(201)
    const { proof: _, ...unsigned } = event
    const other = await resign({ ...unsigned, validFrom: '2026-01-01T00:00:00Z' })
    const { status, body } = await postJson(`${url}/events`, other)
    expect(status).toBe(409)
    expect(body).toMatchObject({ code: 'ERR_DPP_EVENT_CONFLICT' })
    expect((body as { detail: string }).detail).toContain(eventDigest(event))
  })

  it('refuses two bodies under one id in one request', async () => {
    const event = await signManufacture(issuer, [product])
    const { proof: _, ...unsigned } = event
    const other = await resign({ ...unsigned, validFrom: '2026-01-01T00:00:00Z' })
    const { body } = await postJson(`${url}/events`, { events: [event, other] })
    const { results } = body as { results: JsonObject[] }
    expect(results[1]).toMatchObject({ status: 409, code: 'ERR_DPP_EVENT_CONFLICT' })
  })

  it('refuses an issuer that is neither controller nor listed', async () => {
    const event = await signManufacture(stranger, [product])
    const answer = await post('/events', JSON.stringify(event))
    expect(answer).toEqual({ status: 403, code: 'ERR_DPP_EVENT_ISSUER_REFUSED' })
  })

  it('refuses a forged signature, and an event that was changed', async () => {
    const event = await signManufacture(issuer, [product])
    const forged = createLocalSigner(generateSeed(), {
      verificationMethod: issuer.signer.verificationMethod,
    })
    const { proof, ...unsigned } = event
    const other = await signEvent(unsigned, forged)
    const refused = { status: 422, code: 'ERR_DPP_EVENT_SIGNATURE' }
    expect(await post('/events', JSON.stringify(other))).toEqual(refused)
    const changed = { ...unsigned, validFrom: '2026-01-01T00:00:00Z', proof }
    expect(await post('/events', JSON.stringify(changed))).toEqual(refused)
  })

  it('refuses a key that the issuer does not have', async () => {
    const wrong = createLocalSigner(generateSeed(), { verificationMethod: `${issuer.did}#key-9` })
    const event = await signManufacture({ did: issuer.did, signer: wrong }, [product])
    const answer = await post('/events', JSON.stringify(event))
    expect(answer).toEqual({ status: 403, code: 'ERR_DPP_EVENT_KEY_UNKNOWN' })
  })

  it('refuses products that are not hosted here', async () => {
    const did = product.did.replace(product.scid, `Qm${'1'.repeat(44)}`)
    const event = await signManufacture(issuer, [{ ...product, did }])
    const answer = await post('/events', JSON.stringify(event))
    expect(answer).toEqual({ status: 404, code: 'ERR_DPP_PRODUCT_UNKNOWN' })
  })

  it('refuses an event from the future', async () => {
    const event = await signManufacture(issuer, [product], new Date(Date.now() + 3_600_000))
    expect((await post('/events', JSON.stringify(event))).status).toBe(422)
  })

  async function resign(unsigned: UnsignedEvent): Promise<JsonObject> {
    return { ...(await signEvent(unsigned, issuer.signer)) }
  }
})

describe('operation', () => {
  it('says that it lives, is ready, and what it counts', async () => {
    for (const path of ['/healthz', '/readyz', '/service', '/batches']) {
      expect((await fetch(`${url}${path}`)).status, path).toBe(200)
    }
    const { body } = await getJson(`${url}/dids`)
    expect(body).toEqual({ dids: [{ did: product.did, scid: product.scid }] })
    const events = (await getJson(`${url}/events`)).body as { events: { digest: string }[] }
    const [newest] = events.events
    const older = (await getJson(`${url}/events?before=${newest?.digest}`)).body
    expect(older).toEqual({ events: events.events.slice(1) })
    expect((await getJson(`${url}/events?before=1&before=2`)).status).toBe(400)
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(text).toMatch(/events_received_total\{outcome="stored"\} [1-9]/)
    expect(text).toMatch(/deliveries_waiting [1-9]/)
  })
})

describe('registration', () => {
  it('refuses a genesis that does not delegate as the service is told to', async () => {
    const owner = createLocalSigner(generateSeed())
    const digitalLink = 'https://id.gs1.org/01/09521234500018/21/REFUSED'
    const genesis = async (nextKeyHashes: string[], domain = DOMAIN): Promise<string> => {
      const { line } = await createLog({
        domain,
        path: [...PRODUCT_PATH],
        document: createProductDocument({ domain, digitalLink, controller: issuer.did }),
        parameters: { portable: true, ttl: 60, updateKeys: [owner.multikey], nextKeyHashes },
        signer: owner,
        versionTime: new Date(),
      })
      return JSON.stringify({ log: line })
    }
    const { body } = await postJson(`${url}/dids/keys`, { alsoKnownAs: [digitalLink] })
    const ours = (body as { keys: { nextKeyHash: string }[] }).keys[0]?.nextKeyHash ?? ''
    const recovery = hashKey(owner.multikey)
    const refused = { status: 422, code: 'ERR_DPP_GENESIS_REFUSED' }
    expect(await post('/dids', await genesis([ours]))).toEqual(refused)
    expect(await post('/dids', await genesis([recovery, ours]))).toEqual(refused)
    expect(await post('/dids', await genesis([ours, ours]))).toEqual(refused)
    expect(await post('/dids', await genesis([ours, recovery, recovery]))).toEqual(refused)
    expect(await post('/dids', await genesis([ours, recovery], 'other.example'))).toEqual(refused)
    expect(await post('/dids', '{"log":"{}\\n"}')).toEqual(refused)
    expect(await post('/dids', '{"log":5}')).toEqual({ status: 400, code: 'ERR_DPP_HTTP_SCHEMA' })
  })
})

describe('paths', () => {
  it.each([
    '/.well-known/did/../../../journal.sqlite',
    '/.well-known/did/%2e%2e/%2e%2e/journal.sqlite',
    '/.well-known/did/..%2f..%2fdevelopment-keys.json',
    '/.well-known/did/events/..%5c..%5cjournal.sqlite',
    '/.well-known/did/events/%00.json',
    '/.well-known/did/%ff/did.jsonl',
    '/.well-known/did//did.jsonl',
    `/.well-known/did/${'Q'.repeat(46)}/did.jsonl`,
    `/.well-known/did/${'a'.repeat(5000)}`,
    '/events/zQm1',
    '/batches/0',
    '/batches/1e3',
    '/dids/constructor',
    '/nothing',
  ])('answers 404 or 400 at %s', async (path) => {
    // As raw bytes: fetch would tidy the path.
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 (404|400|414) /)
    expect(answer).toContain('ERR_DPP_')
    expect(answer).not.toContain('SQLite')
  })

  it('serves a log with its type, and 304 to who has it', async () => {
    const path = `${url}/.well-known/did/${product.scid}/did.jsonl`
    const response = await fetch(path)
    expect(response.headers.get('content-type')).toBe('text/jsonl')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('cache-control')).toContain('max-age=60')
    const etag = response.headers.get('etag') ?? ''
    await response.text()
    const again = await fetch(path, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
  })

  it('does not let its control be changed by registering once more', async () => {
    const log = await (await fetch(`${url}/.well-known/did/${product.scid}/did.jsonl`)).text()
    expect(await postJson(`${url}/dids`, { log })).toMatchObject({ status: 200 })
    expect(await post('/dids', JSON.stringify({ log, control: 'self' }))).toEqual({
      status: 409,
      code: 'ERR_DPP_PRODUCT_EXISTS',
    })
  })

  it('serves others while hundreds of clients send slowly', async () => {
    const slow = 'POST /events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'
    const sockets = Array.from({ length: 300 }, (_, index) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(index % 2 === 0 ? slow : `${slow}Content-Length: 1000\r\n\r\n{"events":[`)
      return socket
    })
    const event = await signManufacture(issuer, [product])
    const started = performance.now()
    expect((await postJson(`${url}/events`, event)).status).toBe(201)
    expect(performance.now() - started).toBeLessThan(2000)
    for (const socket of sockets) socket.destroy()
  })

  it('answers what is no HTTP with a problem', async () => {
    expect(await raw('NONSENSE\r\n\r\n')).toContain('ERR_DPP_HTTP_CLIENT')
    const header = `X: ${'a'.repeat(20_000)}`
    const large = `GET / HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n`
    expect(await raw(large)).toMatch(/^HTTP\/1.1 431 /)
  })
})

async function raw(request: string): Promise<string> {
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(request) // Not ended: half-closed connections are not answered.
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}

describe('the end', () => {
  it('is not held up by a client that never sends the rest of its request', async () => {
    const ending = await openLocalService()
    const socket = connect(Number(new URL(ending.url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST /events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n')
    socket.write('Content-Length: 100\r\n\r\n{')
    await vi.waitFor(async () => {
      const open = await new Promise<number>((resolve) =>
        ending.server.app.server.getConnections((_error, count) => resolve(count)),
      )
      expect(open).toBe(1)
    })
    const startedAt = performance.now()
    await ending.close()
    expect(performance.now() - startedAt).toBeLessThan(8000) // Of the 10 s after which the process ends all the same.
    socket.destroy()
  }, 15_000)
})
