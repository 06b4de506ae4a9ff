import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { genesis, product } from '../journal/journal.suite.ts'
import type { EventQueue } from '../journal/port.ts'
import { openSqliteJournal } from '../journal/sqlite.ts'
import { createBackPressure } from './back-pressure.ts'

const folder = mkdtempSync(join(tmpdir(), 'dpp-pressure-'))
const journal = openSqliteJournal(folder, () => {})
afterAll(async () => {
  await journal.close()
  rmSync(folder, { recursive: true, force: true })
})

const start = Date.parse('2026-11-27T05:00:00Z')
const window = product('a')

async function accept(name: string): Promise<void> {
  const signer = { issuer: 'did:key:z1', verificationMethod: 'did:key:z1#z1', key: 'z1' }
  const products = [{ did: window.did, scid: window.scid, hosted: true }]
  const event = { ...signer, digest: `z${name}`, id: `urn:${name}`, text: '{}', products }
  const isStored = await journal.events.accept(
    [{ ...event, audience: undefined }],
    '{}',
    new Date(),
  )
  expect(isStored).toBe(true)
}

it('counts what waits rarely while there is room, each second when there is none', async () => {
  await journal.products.add(window, genesis('a'))
  let looks = 0
  let seconds = 0
  const queue: EventQueue = {
    ...journal.events,
    backlog: () => {
      looks += 1
      return journal.events.backlog()
    },
  }
  const assertCapacity = createBackPressure(queue, 8, () => new Date(start + 1000 * seconds))
  const full = { code: 'ERR_DPP_HTTP_UNAVAILABLE' }

  await assertCapacity(1) // Room for 8: after two more it looks again.
  for (seconds = 1; seconds < 4; seconds++) await assertCapacity(0)
  expect(looks).toBe(1)
  await assertCapacity(1)
  for (let n = 0; n < 9; n++) await accept(`${n}`)
  await expect(assertCapacity(1)).rejects.toMatchObject(full)
  expect(looks).toBe(2)

  await expect(assertCapacity(1)).rejects.toMatchObject(full) // Within the same second: not looked again.
  seconds += 1
  await expect(assertCapacity(1)).rejects.toMatchObject(full)
  expect(looks).toBe(3)
})
