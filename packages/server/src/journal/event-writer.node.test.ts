import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import type { AcceptedRequest } from './event-rows.ts'
import { createEventWriter } from './event-writer.ts'
import { createTurns } from './turns.ts'

const folder = mkdtempSync(join(tmpdir(), 'dpp-writer-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function request(...names: readonly string[]): AcceptedRequest {
  const events = names.map((name) => ({
    digest: `z${name}`,
    issuer: 'did:key:z1',
    id: `urn:${name}`,
    text: '{}',
    verificationMethod: 'did:key:z1#z1',
    key: 'z1',
    audience: 'customs',
    products: ['Qa', 'Qb'].map((scid) => ({ scid, hosted: false })),
  }))
  return { events, receipt: `receipt of ${names}`, receivedAtMs: 0 }
}

it('leaves nothing of a request with an event that is not new', async () => {
  const path = join(folder, 'journal.sqlite')
  const database = openDatabase(path)
  const writer = createEventWriter(path, createTurns())
  const results = ['a', 'b', 'c'].map((name) => writer.store(request(name)))
  results.push(writer.store(request('d', 'b')), writer.store(request('e')))
  expect(await Promise.all(results)).toEqual([true, true, true, false, true])
  const count = (table: string) => database.get(`SELECT count(*) AS n FROM ${table}`)?.['n']
  const tables = ['events', 'receipts', 'deliveries', 'withheld']
  expect(tables.map(count)).toEqual([4, 4, 8, 4])
  await writer.close()
  database.close()
})

it('says that nothing was stored when the database cannot be opened, and tries again', async () => {
  const path = join(folder, 'later', 'journal.sqlite')
  const writer = createEventWriter(path, createTurns())
  await expect(writer.store(request('a'))).rejects.toMatchObject({ code: 'ERR_SQLITE_ERROR' })
  mkdirSync(join(folder, 'later'))
  expect(await writer.store(request('a'))).toBe(true)
  await writer.close()
})

it('says that nothing was stored when the system gives no thread, to each who asks', async () => {
  const unsendable = (() => {}) as unknown as string // What a thread cannot be started with: it throws at once, as EAGAIN does.
  const writer = createEventWriter(unsendable, createTurns())
  const outage = { code: 'ERR_SQLITE_ERROR', message: 'no thread' }
  await expect(writer.store(request('a'))).rejects.toMatchObject(outage)
  const both = await Promise.allSettled(['b', 'c'].map((name) => writer.store(request(name))))
  expect(both).toMatchObject([{ reason: outage }, { reason: outage }])
  await writer.close()
})
