// A store that fails on one key for good holds up that product alone.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Store } from '@dpp/anchor'
import { createMemoryStore } from '@dpp/anchor/store/memory'
import { expect, it } from 'vitest'
import type { Tip } from '../journal/batch-port.ts'
import type { AcceptedEvent } from '../journal/port.ts'
import { openSqliteJournal } from '../journal/sqlite.ts'
import { eventKey, logKey } from '../storage-keys.ts'
import type { BatchContext } from './context.ts'
import { publishLogs } from './publish-logs.ts'

const now = new Date('2026-11-02T14:00:00Z')
const names = ['a', 'b', 'c'] as const
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

function failingStore(isBad: (key: string) => boolean): Store {
  const store = createMemoryStore()
  const fail = (key: string): void => {
    if (isBad(key)) throw new Error(`no write to ${key}`)
  }
  return {
    ...store,
    create: async (key, body, meta) => {
      fail(key)
      return await store.create(key, body, meta)
    },
  }
}

function event(name: string): AcceptedEvent {
  const scid = `Q${name}`
  return {
    digest: `z${name}`,
    issuer: 'did:key:z1',
    id: `urn:${name}`,
    text: '{}',
    verificationMethod: 'did:key:z1#z1',
    key: 'z1',
    products: [{ did: `did:webvh:${scid}:example.com`, scid, hosted: true }],
  }
}

// Three products with one signed entry each, in batch 1.
async function publish(isBad: (key: string) => boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-publish-'))
  const journal = openSqliteJournal(folder, () => {})
  for (const name of names) {
    const [scid, item] = [`Q${name}`, `urn:item:${name}`]
    const product = { scid, item, did: `did:webvh:${scid}:example.com`, controller: 'did:key:z1' }
    const line = `{"1":"${name}"}\n`
    const genesis = { scid, versionNumber: 1, versionId: `1-${name}`, line }
    await journal.products.add({ ...product, control: 'delegated', head: '{}' }, genesis)
    await journal.events.accept([event(name)], `receipt ${name}`, now)
  }
  const book = await journal.acquireLease()
  const batch = await book?.claim(10, now)
  if (book === undefined || batch === undefined) throw new Error('a batch is claimed')
  for (const name of names) {
    const entry = { scid: `Q${name}`, versionNumber: 2, versionId: `2-${name}`, line: '{"2":2}\n' }
    const digests = [`z${name}`]
    await book.recordEntries(1, [{ entry, head: '{}', controller: 'did:key:z1', digests }])
  }
  const store = failingStore(isBad)
  const parts = {
    journal,
    book,
    store,
    publishParallel: 4,
    now: () => now,
    crashPoint: () => {},
    log: quiet,
  }
  const context = parts as unknown as BatchContext // The steps before and after are not run.
  async function close(): Promise<void> {
    await journal.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { book, store, close, published: () => publishLogs(context, batch) }
}

it.each([
  ['a log', logKey('Qb')],
  ['an event', eventKey('zb')],
])('goes on without a product when the file of %s cannot be written', async (_, bad) => {
  const { book, store, close, published } = await publish((key) => key === bad)
  expect((await published()).state).toBe('published')
  for (const name of ['a', 'c']) {
    expect(await store.read(logKey(`Q${name}`))).toBeDefined()
    expect(await store.read(eventKey(`z${name}`))).toBeDefined()
  }
  expect(await store.read(logKey('Qb'))).toBeUndefined()
  expect((await Readable.from(book.tips(1)).toArray()).map(({ scid }: Tip) => scid)).toEqual([
    'Qa',
    'Qc',
  ])
  expect(await book.claim(10, now)).toMatchObject({ id: 2, events: 1 })
  expect(
    (await Readable.from(book.tips(2)).toArray()).map(({ versionId }: Tip) => versionId),
  ).toEqual(['2-b'])
  await close()
})

it('waits when nothing can be written', async () => {
  const { book, close, published } = await publish(() => true)
  await expect(published()).rejects.toThrow('no write to')
  expect(await book.products(1, 10)).toEqual(['Qa', 'Qb', 'Qc'])
  await close()
})

it('goes on behind the last page after a crash, and asks for nothing before it again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-publish-'))
  const journal = openSqliteJournal(folder, () => {})
  const product = { scid: 'Qa', item: 'urn:item:a', did: 'did:webvh:Qa:example.com' }
  await journal.products.add(
    { ...product, controller: 'did:key:z1', control: 'delegated', head: '{}' },
    { scid: 'Qa', versionNumber: 1, versionId: '1-a', line: '{"1":1}\n' },
  )
  const posted = Array.from({ length: 1200 }, (_, i) => ({
    ...event('a'),
    digest: `z${i}`,
    id: `urn:${i}`,
  }))
  await journal.events.accept(posted, 'receipt', now)
  const book = await journal.acquireLease()
  const batch = await book?.claim(2000, now)
  if (book === undefined || batch === undefined) throw new Error('a batch is claimed')
  const entry = { scid: 'Qa', versionNumber: 2, versionId: '2-a', line: '{"2":2}\n' }
  const digests = posted.map(({ digest }) => digest)
  await book.recordEntries(1, [{ entry, head: '{}', controller: 'did:key:z1', digests }])

  const memory = createMemoryStore()
  const created: string[] = []
  const store: Store = {
    ...memory,
    create: async (key, body, meta) => {
      created.push(key)
      return await memory.create(key, body, meta)
    },
  }
  function crashPoint(): void {
    if (created.length > 1100) throw new Error('crash') // Everything fails from here on.
  }
  const parts = { journal, book, store, publishParallel: 8, now: () => now, log: quiet }
  const context = { ...parts, crashPoint } as unknown as BatchContext
  await expect(publishLogs(context, batch)).rejects.toThrow('crash')
  expect(await book.publishedUpTo(1, 'events')).toBe('z999')

  created.length = 0
  const restarted = { ...parts, crashPoint: () => {} } as unknown as BatchContext
  expect((await publishLogs(restarted, batch)).state).toBe('published')
  expect(created.filter((key) => key.includes('/events/'))).toHaveLength(200)
  for (const digest of digests) expect(await store.read(eventKey(digest))).toBeDefined()
  created.length = 0
  expect((await publishLogs(restarted, batch)).state).toBe('published')
  expect(created).toEqual([]) // All of it is out, and known to be.
  await journal.close()
  await rm(folder, { recursive: true, force: true })
})
