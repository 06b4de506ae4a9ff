// What real Redis does to a service: it is killed, stops answering, runs full, comes back empty or older, fails over.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  hasRedis,
  type RedisServer,
  startRedis,
  startRedisSentinel,
} from '../../../../../test/redis.ts'
import type { BatchBook } from '../batch-port.ts'
import type { AcceptedEvent, Journal } from '../port.ts'
import type { Unsafe } from './check-durability.ts'
import { COMMAND_TIMEOUT_MS } from './client.ts'
import { openRedisJournal } from './journal.ts'
import { parseQueuePlace } from './queue-place.ts'

const now = new Date('2026-11-02T14:00:00Z')
const durable = ['--appendonly', 'yes', '--appendfsync', 'always']
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function redis(...args: string[]): Promise<RedisServer> {
  const server = await startRedis([...durable, ...args])
  ends.push(server.stop)
  return server
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dpp-redis-faults-'))
  ends.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

type Opened = { readonly journal: Journal; readonly lost: Error[] }

async function open(
  url: string,
  { folder = newFolder(), accept = [] as readonly Unsafe[] } = {},
): Promise<Opened> {
  const place = parseQueuePlace(url)
  if (place === undefined) throw new Error('it is no Redis')
  const lost: Error[] = []
  const onLost = (error: Error): void => void lost.push(error)
  const options = { place, folder, accept, crashPoint: () => {}, onLost }
  const journal = await openRedisJournal(options)
  ends.push(() => journal.close())
  return { journal, lost }
}

function event(name: string, text = '{}'): AcceptedEvent {
  return {
    digest: `z${name}`,
    issuer: 'did:key:z1',
    id: `urn:${name}`,
    text,
    verificationMethod: 'did:key:z1#z1',
    key: 'z1',
    products: [{ did: 'did:webvh:Qa:example.com', scid: 'Qa', hosted: true }],
  }
}

async function addProduct(journal: Journal): Promise<void> {
  const did = 'did:webvh:Qa:example.com'
  const product = { scid: 'Qa', did, item: 'urn:a', controller: 'c', head: '{}' }
  const genesis = { scid: 'Qa', versionNumber: 1, versionId: '1-a', line: '{}\n' }
  await journal.products.add({ ...product, control: 'delegated' }, genesis)
}

type Flood = {
  readonly acknowledged: readonly string[]
  readonly failures: readonly unknown[]
  /** How many had neither succeeded nor failed in time. */
  readonly late: number
}

/** Accepts one event after the other until `isOver`, eight at a time. */
async function flood(
  journal: Journal,
  isOver: (failed: number, taken: number) => boolean,
  text?: string,
): Promise<Flood> {
  const acknowledged: string[] = []
  const failures: unknown[] = []
  let late = 0
  let number = 0
  async function work(): Promise<void> {
    while (!isOver(failures.length, acknowledged.length)) {
      const next = event(`${number++}`, text)
      const accepted = journal.events.accept([next], 'receipt', now)
      if (!(await endsInTime(accepted))) late++
      try {
        if (await accepted) acknowledged.push(next.digest)
      } catch (error) {
        failures.push(error)
        await sleep(10)
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return { acknowledged, failures, late }
}

async function expectAll(journal: Journal, digests: readonly string[]): Promise<void> {
  const known = new Set<string>()
  for await (const digest of journal.events.list()) known.add(digest)
  expect(digests.filter((digest) => !known.has(digest))).toEqual([])
}

describe.runIf(hasRedis())('faults of Redis', () => {
  it('refuses a server that may lose or evict, unless that is accepted by name', async () => {
    const server = await startRedis(['--maxmemory-policy', 'allkeys-lru'])
    ends.push(server.stop)
    await expect(open(server.url)).rejects.toThrow(/\(appendonly\).*\(eviction\).*\(fsync\)/)
    await expect(open(server.url, { accept: ['appendonly', 'fsync'] })).rejects.toMatchObject({
      code: 'ERR_DPP_CONFIG_INVALID',
    })
    await open(server.url, { accept: ['appendonly', 'fsync', 'eviction'] })
  })

  it('loses nothing acknowledged when Redis is killed, and fails within its time-out', async () => {
    const server = await redis()
    const { journal, lost } = await open(server.url)
    await addProduct(journal)
    let isOver = false
    const running = flood(journal, (_failed, taken) => isOver && taken > 100)
    for (let kill = 0; kill < 3; kill++) {
      await sleep(300)
      await server.kill()
      await sleep(400)
      await server.start()
    }
    await sleep(1500)
    isOver = true
    const { acknowledged, failures, late } = await running
    process.stderr.write(
      `redis killed 3 times: ${acknowledged.length} acknowledged, ${failures.length} refused, ${late} late\n`,
    )
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures) expect(failure).toMatchObject({ code: 'ERR_REDIS_OUTAGE' })
    expect(late).toBe(0)
    expect(acknowledged.length).toBeGreaterThan(100)
    await expectAll(journal, acknowledged)
    expect(lost).toEqual([])
  })

  it('fails within its time-out while Redis does not answer, and goes on afterwards', async () => {
    const server = await redis()
    const { journal } = await open(server.url)
    await addProduct(journal)
    await journal.events.accept([event('0')], 'receipt', now)
    server.pause()
    const accepted = journal.events.accept([event('1')], 'receipt', now)
    expect(await endsInTime(accepted)).toBe(true)
    await expect(accepted).rejects.toMatchObject({ code: 'ERR_REDIS_OUTAGE' })
    server.resume()
    // Done, but reported as failed: the next try finds it, with its first receipt.
    expect(await journal.events.accept([event('1')], 'second', now)).toBe(false)
    expect(await journal.events.standing(event('1'))).toEqual({ kind: 'known', receipt: 'receipt' })
  })

  it('refuses events while the memory is full, and keeps and seals what it has', async () => {
    const server = await redis('--maxmemory', '6mb', '--maxmemory-policy', 'noeviction')
    const { journal, lost } = await open(server.url)
    await addProduct(journal)
    const big = randomBytes(3_000).toString('base64') // Nothing that could be compressed away.
    const { acknowledged, failures } = await flood(journal, (failed) => failed >= 20, big)
    for (const failure of failures) expect(failure).toMatchObject({ code: 'ERR_REDIS_OUTAGE' })
    await expectAll(journal, acknowledged)
    await server.call('CONFIG', 'SET', 'maxmemory', '0')
    const book = await journal.acquireLease()
    expect(await book?.claim(100_000, now)).toMatchObject({ id: 1, events: acknowledged.length })
    expect(lost).toEqual([])
  })

  it.each([
    ['empty', ['FLUSHALL']],
    ['older', ['HSET', '{dpp}:meta', 'writes', '1']],
  ])('notices a Redis that came back %s, and stops', async (_, command) => {
    const server = await redis()
    const folder = newFolder()
    const { journal, lost } = await open(server.url, { folder })
    await addProduct(journal)
    await journal.events.accept([event('1')], 'receipt', now)
    await server.call(...command)
    // Nobody asks: the service looks by itself.
    await expect.poll(() => lost.length, { timeout: 5_000 }).toBe(1)
    const later = journal.events.accept([event('2')], 'receipt', now)
    await expect(later).rejects.toMatchObject({ code: 'ERR_DPP_JOURNAL_LOST' })
    if (command[0] !== 'FLUSHALL') return
    await expect(open(server.url, { folder })).rejects.toMatchObject({
      code: 'ERR_DPP_JOURNAL_LOST',
    })
  })

  it('keeps what it acknowledged through a failover', async () => {
    const group = await startRedisSentinel()
    ends.push(group.stop)
    const { journal, lost } = await open(group.url)
    await addProduct(journal)
    let isOver = false
    const running = flood(journal, (_failed, taken) => isOver && taken > 100)
    await sleep(500)
    await group.servers[0]?.kill()
    const isBack = async (): Promise<boolean> =>
      await journal.probe().then(
        () => true,
        () => false,
      )
    await expect.poll(isBack, { timeout: 30_000, interval: 200 }).toBe(true)
    await sleep(500)
    isOver = true
    const { acknowledged, failures } = await running
    process.stderr.write(
      `failover: ${acknowledged.length} acknowledged, ${failures.length} refused\n`,
    )
    expect(acknowledged.length).toBeGreaterThan(100)
    await expectAll(journal, acknowledged)
    expect(lost).toEqual([])
  })

  it('keeps a holder out that slept while another took over', async () => {
    const server = await redis()
    // Long, so that no renewal falls between the steps below and no lease runs out meanwhile.
    const { journal: first } = await open(`${server.url}?leaseMs=600000`)
    const { journal: second } = await open(`${server.url}?leaseMs=600000`)
    await addProduct(first)
    await first.events.accept([event('1')], 'receipt', now)
    const slept = await first.acquireLease()
    expect(await second.acquireLease()).toBeUndefined()
    const record = { root: '0x01', chain: '', registry: '', anchorer: '', transactions: [] }
    await first.anchors.save({ ...record, state: 'prepared' })
    // As it expires while the holder sleeps. This one is awake: its renewal may be faster.
    let awake: BatchBook | undefined
    while (awake === undefined) {
      await server.call('DEL', '{dpp}:lease')
      awake = await second.acquireLease()
    }
    const lost = { code: 'ERR_DPP_LEASE_LOST' }
    await expect(slept?.claim(10, now)).rejects.toMatchObject(lost)
    await expect(slept?.advance(1, 'settled', now)).rejects.toMatchObject(lost)
    await expect(first.anchors.save({ ...record, state: 'sent' })).rejects.toMatchObject(lost)
    expect((await second.anchors.load('0x01'))?.state).toBe('prepared')
    expect(await awake.claim(10, now)).toMatchObject({ id: 1, events: 1 })
    await slept?.release() // Gives nothing back that is another's.
    expect(await first.acquireLease()).toBeUndefined()
  })

  it('gives every batch one root when two batchers start at once, 50 times', async () => {
    const server = await redis()
    const journals = [await open(server.url), await open(server.url)].map((each) => each.journal)
    const [journal] = journals
    if (journal === undefined) throw new Error('there are two')
    await addProduct(journal)
    let winners = 0
    for (let round = 1; round <= 50; round++) {
      await journal.events.accept([event(`${round}`)], 'receipt', now)
      const books = await Promise.all(journals.map((each) => each.acquireLease()))
      const held = books.flatMap((book) => book ?? [])
      winners += held.length
      const outcomes = await Promise.allSettled(
        held.map(async (book) => {
          await book.claim(10, now)
          const entry = {
            scid: 'Qa',
            versionNumber: round + 1,
            versionId: `${round + 1}-a`,
            line: '{}\n',
          }
          const digests = [`z${round}`]
          await book.recordEntries(round, [{ entry, head: '{}', controller: 'c', digests }])
          await book.recordRoot(round, `0x${round}`, [])
          await book.advance(round, 'settled', now)
          await book.release()
        }),
      )
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled'])
    }
    expect(winners).toBe(50)
    const batches = await journal.batches.list(100)
    expect(batches).toHaveLength(50)
    expect(new Set(batches.map(({ root }) => root)).size).toBe(50)
  })
})

// Whether it is over within its time-out and a second, by the order of this process's timers: a machine that is held up holds
// both back.
function endsInTime(work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), COMMAND_TIMEOUT_MS + 1_000)
    const end = (): void => {
      clearTimeout(timer)
      resolve(true)
    }
    work.then(end, end)
  })
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
