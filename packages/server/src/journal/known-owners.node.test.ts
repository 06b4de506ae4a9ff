import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { genesis, product } from './journal.suite.ts'
import { createKnownOwners } from './known-owners.ts'
import { createSqliteProducts } from './sqlite-products.ts'

const folder = mkdtempSync(join(tmpdir(), 'dpp-owners-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function open() {
  const database = openDatabase(join(folder, 'journal.sqlite'))
  return { database, products: createSqliteProducts(database, async (work) => work()) }
}

const window = product('a')

it('sees what another process changed, and looks an owner up once until then', async () => {
  const [ours, theirs] = [open(), open()]
  let lookUps = 0
  const owner = createKnownOwners(ours.database, (scid) => {
    lookUps += 1
    const row = ours.database.get('SELECT * FROM products WHERE scid = ?', scid)
    return row === undefined ? undefined : { ...window, controller: String(row['controller']) }
  })
  expect(await owner('Qa')).toBeUndefined()
  await theirs.products.add(window, genesis('a'))
  expect((await owner('Qa'))?.controller).toBe(window.controller)
  expect((await owner('Qa'))?.controller).toBe(window.controller)
  expect(lookUps).toBe(2)

  const change = { ...window, before: window.head, entries: [], head: 'head 2', sealed: [] }
  expect(await theirs.products.append(change)).toBe('appended')
  await owner('Qa')
  expect(lookUps).toBe(2) // The head is no business of the owner's.
  const controller = 'did:webvh:QmC:buyer.example'
  await theirs.products.append({ ...change, before: 'head 2', controller })
  expect((await owner('Qa'))?.controller).toBe(controller)
  expect(lookUps).toBe(3)
  ours.database.close()
  theirs.database.close()
})

it('sees a request to close a log, and that it was withdrawn', async () => {
  const [ours, theirs] = [open(), open()]
  const control = async () => (await ours.products.owner('Qa'))?.control
  expect(await control()).toBe('delegated')
  await theirs.products.requestClosing('Qa', '{}')
  expect(await control()).toBe('closed')
  const head = String((await ours.products.find('Qa'))?.head)
  await theirs.products.append({ ...window, before: head, entries: [], head, sealed: [] })
  expect(await control()).toBe('delegated')
  ours.database.close()
  theirs.database.close()
})
