// Streams in both directions: events as lines, and states as they change.
import { Readable } from 'node:stream'
import { eventDigest, type JsonObject } from '@dpp/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  SERVICE_DOMAIN as DOMAIN,
  type LocalService,
  openLocalService,
} from '../../../../test/local-service.ts'
import {
  type Organisation,
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
} from '../../../../test/server-client.ts'
import type { Server } from '../server.ts'
import { type LineLimits, lineGroups } from './ndjson.ts'

let service: LocalService
let issuer: Organisation
let product: RegisteredProduct
let server: Server
let url: string

beforeAll(async () => {
  service = await openLocalService()
  ;({ issuer, server, url } = service)
  product = await registerProduct(url, DOMAIN, issuer, 'STREAM-1')
})

afterAll(() => service?.close())

async function postLines(body: string): Promise<{ status: number; lines: JsonObject[] }> {
  const headers = { 'content-type': 'application/x-ndjson' }
  const response = await fetch(`${url}/events`, { method: 'POST', headers, body })
  const text = await response.text()
  const lines = text.split('\n').filter((line) => line !== '')
  return { status: response.status, lines: lines.map((line) => JSON.parse(line) as JsonObject) }
}

describe('events as lines', () => {
  it('are each answered in order, with their receipts', async () => {
    const events = await Promise.all([1, 2, 3].map(() => signManufacture(issuer, [product])))
    const [first, second, third] = events.map((event) => JSON.stringify(event))
    const { status, lines } = await postLines(`${first}\r\n\n${second}\n{"a":1}\n{\n${third}`)
    expect(status).toBe(200)
    const receipts = lines.filter((line) => typeof line['receipt'] === 'object')
    const results = lines.filter((line) => typeof line['receipt'] !== 'object')
    expect(results.map((line) => line['status'])).toEqual([201, 201, 400, 400, 201])
    expect(results.filter((line) => 'digest' in line).map((line) => line['digest'])).toEqual(
      events.map(eventDigest),
    )
    for (const result of results.filter((line) => line['status'] === 201)) {
      const { receipt } = receipts[Number(result['receipt'])] ?? {}
      expect(JSON.stringify(receipt)).toContain(String(result['digest']))
    }
    const again = await postLines(`${first}\n`)
    expect(again.lines.map((line) => line['status'])).toEqual([undefined, 200])
  })

  it('stop at a line that is too long, and say so', async () => {
    const event = await signManufacture(issuer, [product])
    const { lines } = await postLines(`${JSON.stringify(event)}\n"${'a'.repeat(70_000)}"\n{}\n`)
    expect(lines.at(-1)).toMatchObject({ code: 'ERR_DPP_HTTP_TOO_LARGE', isLast: true })
  })

  it('are cut from any chunks into the same lines', async () => {
    const text = Buffer.from('a\n\nbc\r\nd\u00e9\n\ne')
    for (let size = 1; size <= text.length; size++) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
        text.subarray(index * size, (index + 1) * size),
      )
      async function* stream(): AsyncGenerator<Uint8Array> {
        yield* chunks
      }
      const limits = { maxLineBytes: 10, maxLines: 10, maxGroup: 2, maxGroupBytes: 10 }
      const lines: string[] = []
      for await (const group of lineGroups(stream(), limits)) {
        expect(group.length).toBeLessThanOrEqual(2)
        lines.push(...group.map((line) => Buffer.from(line).toString()))
      }
      expect(lines).toEqual(['a', 'bc', 'd\u00e9', 'e'])
    }
  })
})

describe('the groups of lines', () => {
  async function groupsOf(text: string, limits: Partial<LineLimits>): Promise<string[][]> {
    const all = { maxLineBytes: 10, maxLines: 10, maxGroup: 10, maxGroupBytes: 100, ...limits }
    const groups: string[][] = []
    for await (const group of lineGroups(Readable.from([Buffer.from(text)]), all)) {
      groups.push(group.map((line) => Buffer.from(line).toString()))
    }
    return groups
  }

  it('hold no more lines and bytes than they may, and a long line is one of its own', async () => {
    const text = 'a\nb\nc\nddd\neeeeee\n\nf\ng\n'
    const byBytes = [['a', 'b', 'c'], ['ddd'], ['eeeeee'], ['f', 'g']]
    expect(await groupsOf(text, { maxGroupBytes: 4 })).toEqual(byBytes)
    const byLines = [['a', 'b'], ['c', 'ddd'], ['eeeeee', 'f'], ['g']]
    expect(await groupsOf(text, { maxGroup: 2 })).toEqual(byLines)
  })

  it('name fewer products than a request may, however many the stream names', async () => {
    const elsewhere = Array.from({ length: 249 }, (_, i) => {
      const scid = `${product.scid.slice(0, -3)}${String(i + 111).replaceAll('0', 'z')}`
      const did = product.did.replaceAll(product.scid, scid)
      return { ...product, did, item: `${product.item}-${i}` }
    })
    const event = await signManufacture(issuer, [product, ...elsewhere])
    const line = JSON.stringify(event)
    const { lines } = await postLines(`${line}\n`.repeat(82))
    const results = lines.filter((each) => typeof each['receipt'] !== 'object')
    expect(results).toHaveLength(82)
    expect(results.every(({ digest }) => digest === eventDigest(event))).toBe(true)
  })
})

/** Reads the states of a stream until `enough` of them came or it ended. */
async function readStates(path: string, enough: number, act: () => void): Promise<JsonObject[]> {
  const response = await fetch(`${url}${path}`)
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  act()
  const states: JsonObject[] = []
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1]
      if (data !== undefined) states.push(JSON.parse(data) as JsonObject)
      text = text.slice(end + 2)
    }
    if (states.length >= enough) break
  }
  return states
}

describe('live streams', () => {
  it('send an event as it is now and as it becomes', async () => {
    const event = await signManufacture(issuer, [product])
    await postJson(`${url}/events`, event)
    const path = `/events/${eventDigest(event)}/stream`
    const states = await readStates(path, 2, () => void postJson(`${url}/batches`, {}))
    expect(states.map(({ stage }) => stage)).toEqual(['accepted', 'sealed'])
  })

  it('send the batches whenever something changes', async () => {
    const event = await signManufacture(issuer, [product])
    const states = await readStates('/feed', 2, () => void postJson(`${url}/events`, event))
    expect(states.map(({ waiting }) => waiting)).toEqual([0, 1])
  })

  it('refuse what is unknown, and end a reconnection', async () => {
    expect((await fetch(`${url}/events/zQm1/stream`)).status).toBe(404)
    const headers = { 'last-event-id': 'last' }
    expect((await fetch(`${url}/events/zQm1/stream`, { headers })).status).toBe(204)
    expect((await fetch(`${url}/feed`, { method: 'HEAD' })).status).toBe(404)
  })

  it('end when the service stops', async () => {
    const response = await fetch(`${url}/feed`)
    await server.close()
    expect(await response.text()).toContain('data: ')
  })
})
