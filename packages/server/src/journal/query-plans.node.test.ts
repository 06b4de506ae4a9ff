// A statement that reads a whole table is fast in every test and stands for half a minute in a batch of 100,000 events.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SQLInputValue } from 'node:sqlite'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { storeRequests } from './event-rows.ts'
import { createSqliteBatchBook } from './sqlite-batches.ts'
import { createSqliteProducts } from './sqlite-products.ts'

const now = new Date('2026-11-02T14:00:00Z')

/** The same database, which notes every statement of which SQLite says that it reads all rows of a table. */
function watch(database: Database, found: Set<string>): Database {
  function explain(sql: string, count: number): void {
    const values = Array.from({ length: count }, () => null)
    for (const { detail } of database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values)) {
      // Partial indices hold what waits, the table of closings what was asked for: both are short.
      if (
        /^SCAN (batches|deliveries|entries|events|leaves|products|receipts)( |$)/.test(
          String(detail),
        )
      ) {
        if (!/USING (COVERING )?INDEX/.test(String(detail))) found.add(`${detail}: ${sql}`)
      }
    }
  }
  const calls = (['run', 'insert', 'change', 'get', 'all'] as const).map((name) => [
    name,
    (sql: string, ...values: SQLInputValue[]) => {
      explain(sql, values.length)
      return database[name](sql, ...values)
    },
  ])
  return { ...database, ...Object.fromEntries(calls) }
}

it('no statement of ingest or of the batch cycle reads a whole table', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-plans-'))
  const database = openDatabase(join(folder, 'journal.sqlite'))
  try {
    const found = new Set<string>()
    const watched = watch(database, found)
    const write = async <Result>(work: () => Result): Promise<Result> => database.transaction(work)
    const products = createSqliteProducts(watched, write)
    for (const scid of ['Qa', 'Qb', 'Qc', 'Qd', 'Qe']) {
      const genesis = { scid, versionNumber: 1, versionId: `1-${scid}`, line: '{}\n' }
      const owner = { controller: 'did:key:z1', control: 'delegated' as const }
      await products.add(
        { scid, did: `did:${scid}`, item: `urn:${scid}`, head: '{}', ...owner },
        genesis,
      )
      const event = {
        digest: `z${scid}`,
        issuer: 'did:key:z1',
        id: `urn:${scid}`,
        text: '{}',
        verificationMethod: 'did:key:z1#z1',
        key: 'z1',
        products: [{ scid, hosted: true }],
      }
      storeRequests(watched, [{ events: [event], receipt: '{}', receivedAtMs: now.getTime() }])
    }
    database.run('UPDATE lease SET token = 1')
    const book = createSqliteBatchBook(watched, write, { token: 1, unlock: () => {} })
    await products.requestClosing('Qa', '{}')
    await products.closing()
    await products.owner('Qa')
    await book.claim(100, now)
    await book.claimedKeys(1)
    for (const {
      product: { scid },
      digests,
    } of await book.claimedProducts(1, { products: 3, digests: 10, perProduct: 10 })) {
      const entry = { scid, versionNumber: 2, versionId: `2-${scid}`, line: '{}\n' }
      await book.recordEntries(1, [{ entry, head: '{}', controller: 'did:key:z1', digests }])
    }
    await book.suspend(1, 'Qd', 'ERR_DPP_TEST')
    await book.handOver(1, 'Qe')
    await book.refuseKey(1, { issuer: 'i', verificationMethod: 'm', key: 'k' }, 'ERR_DPP_TEST')
    expect(await book.digests(1, 10)).toEqual(['zQa', 'zQb', 'zQc'])
    expect(await book.products(1, 2, 'Qa')).toEqual(['Qb', 'Qc'])
    expect(await Readable.from(book.tips(1)).toArray()).toHaveLength(5)
    await book.issuers(1)
    await book.defer(1, 'Qa')
    await book.setAside(1, 'Qb', 'ERR_DPP_TEST')
    await book.voidEntries(1, 'Qc', 1, { entries: [], head: '{}', controller: 'did:key:z1' })
    await products.resume('Qb')
    expect([...found]).toEqual([])
  } finally {
    database.close()
    await rm(folder, { recursive: true, force: true })
  }
})
