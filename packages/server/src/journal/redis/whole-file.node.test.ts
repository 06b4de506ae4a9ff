// A write that was torn when Redis died stays undone: after the first restart, and after every later one.
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { hasRedis, type RedisServer, startRedis } from '../../../../../test/redis.ts'
import type { AcceptedEvent, Journal } from '../port.ts'
import { openRedisJournal } from './journal.ts'
import { parseQueuePlace } from './queue-place.ts'

const now = new Date('2026-11-02T14:00:00Z')
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function open(server: RedisServer, folder: string): Promise<Journal> {
  const place = parseQueuePlace(server.url)
  if (place === undefined) throw new Error('it is no Redis')
  const onLost = (error: Error): void => expect.unreachable(error.message)
  return await openRedisJournal({ place, folder, accept: [], crashPoint: () => {}, onLost })
}

function event(name: string): AcceptedEvent {
  const did = 'did:webvh:Qa:example.com'
  const key = { verificationMethod: 'did:key:z1#z1', key: 'z1' }
  const products = [{ did, scid: 'Qa', hosted: true }]
  return {
    digest: `z${name}`,
    issuer: 'did:key:z1',
    id: `urn:${name}`,
    text: '{}',
    ...key,
    products,
  }
}

async function addProduct(journal: Journal): Promise<void> {
  const did = 'did:webvh:Qa:example.com'
  const product = { scid: 'Qa', did, item: 'urn:a', controller: 'c', head: '{}' }
  const genesis = { scid: 'Qa', versionNumber: 1, versionId: '1-a', line: '{}\n' }
  await journal.products.add({ ...product, control: 'delegated' }, genesis)
}

/** The file that Redis appends to. */
async function appendedFile(server: RedisServer): Promise<string> {
  const [, folder = ''] = (await server.call('CONFIG', 'GET', 'dir')).split('\n')
  const names = await readdir(join(folder, 'appendonlydir'))
  const name = names.find((each) => each.endsWith('.incr.aof')) ?? ''
  return join(folder, 'appendonlydir', name)
}

describe.runIf(hasRedis())('a torn append-only file', () => {
  it('brings nothing back of the write that was torn', async () => {
    const server = await startRedis()
    ends.push(server.stop)
    const folder = mkdtempSync(join(tmpdir(), 'dpp-redis-torn-'))
    ends.push(() => rmSync(folder, { recursive: true, force: true }))

    const before = await open(server, folder)
    await addProduct(before)
    await before.events.accept([event('first')], 'receipt', now)
    await before.events.accept([event('torn')], 'receipt', now)
    await before.close()
    const file = await appendedFile(server)
    await server.kill()
    // What a kill in the middle of the write leaves: its MULTI and the beginning, the last command of it cut in two.
    const { size } = await stat(file)
    await truncate(file, size - '*1\r\n$4\r\nEXEC\r\n'.length - 5)

    await server.start()
    const after = await open(server, folder)
    expect(await after.events.standing(event('torn'))).toEqual({ kind: 'new' })
    await after.events.accept([event('second')], 'receipt', now)
    await after.close()
    await server.kill()

    await server.start()
    const again = await open(server, folder)
    ends.push(again.close)
    expect(await again.events.standing(event('torn'))).toEqual({ kind: 'new' })
    expect(await again.events.waiting('Qa')).toEqual(['zfirst', 'zsecond'])
    expect((await again.events.backlog()).deliveries).toBe(2)
  })

  it('leaves no batch for what an earlier restart brought back', async () => {
    const server = await startRedis()
    ends.push(server.stop)
    const folder = mkdtempSync(join(tmpdir(), 'dpp-redis-torn-'))
    ends.push(() => rmSync(folder, { recursive: true, force: true }))
    const journal = await open(server, folder)
    ends.push(journal.close)
    await addProduct(journal)
    await journal.events.accept([event('1')], 'receipt', now)
    const stray = ['XADD', '{dpp}:queue', '*', 'd', 'z1', 's', 'Qa']
    await server.call(...stray)
    const book = await journal.acquireLease()
    expect(await book?.claim(10, now)).toMatchObject({ id: 1, events: 1 })
    await server.call(...stray)
    expect(await book?.claim(10, now)).toBeUndefined()
    expect((await journal.events.backlog()).deliveries).toBe(0)
  })

  it('is written anew by whoever writes first, also when the service went on meanwhile', async () => {
    const server = await startRedis()
    ends.push(server.stop)
    const folder = mkdtempSync(join(tmpdir(), 'dpp-redis-torn-'))
    ends.push(() => rmSync(folder, { recursive: true, force: true }))
    const journal = await open(server, folder)
    ends.push(journal.close)
    await server.kill()
    await server.start()
    const rewrites = async (): Promise<string | undefined> =>
      /aof_rewrites:(\d+)/.exec(await server.call('INFO', 'persistence'))?.[1]
    expect(await rewrites()).toBe('0')
    await expect
      .poll(
        () =>
          journal.probe().then(
            () => true,
            () => false,
          ),
        { timeout: 30_000 },
      )
      .toBe(true)
    expect(await rewrites()).toBe('1')
    await Promise.all([journal.probe(), journal.events.accept([event('1')], 'receipt', now)])
    expect(await rewrites()).toBe('1') // Once for each start.
  })
})
