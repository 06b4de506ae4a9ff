import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { createKnownEvents } from './known-events.ts'
import type { AcceptedEvent } from './port.ts'
import { JOURNAL_FILE, openSqliteJournal } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'dpp-known-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const now = new Date('2026-11-02T14:00:00Z')

function event(name: string, id = `urn:${name}`): AcceptedEvent {
  const key = { verificationMethod: 'did:key:z1#z1', key: 'z1' }
  return { digest: `z${name}`, issuer: 'did:key:z1', id, text: '{}', ...key, products: [] }
}

it('knows after a restart what was accepted before, over several pages', async () => {
  const first = openSqliteJournal(folder, () => {})
  const events = Array.from({ length: 1_203 }, (_, i) => event(String(i)))
  expect(await first.events.accept(events, 'receipt', now)).toBe(true)
  await first.close()

  const database = openDatabase(join(folder, JOURNAL_FILE))
  const known = createKnownEvents(database)
  expect(known.mayHold(event('new'))).toBe(true) // Nothing is read yet: ask the database.
  await expect.poll(() => known.mayHold(event('new'))).toBe(false)
  expect(events.filter((each) => !known.mayHold(each))).toEqual([])
  expect(known.mayHold(event('other', 'urn:7'))).toBe(true) // Another body under a used id.
  known.add([event('new')])
  expect(known.mayHold(event('new'))).toBe(true)
  database.close()
})

it('finds at the second look what another process accepted meanwhile', async () => {
  const own = openSqliteJournal(folder, () => {})
  const other = openSqliteJournal(folder, () => {})
  await own.events.standing(event('late'))
  await setTimeout(200) // The queue is read by now, or else the first look is right already.
  expect(await other.events.accept([event('late')], 'first', now)).toBe(true)
  expect(await own.events.accept([event('late')], 'second', now)).toBe(false)
  expect(await own.events.standing(event('late'))).toEqual({ kind: 'known', receipt: 'first' })
  await Promise.all([own.close(), other.close()])
})
