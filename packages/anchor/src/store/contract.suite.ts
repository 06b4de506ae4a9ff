// Test support: what every store must do, run against each adapter. `open` gives the store under test and a
// store that puts objects where it reads them: the same one, or for a read-only adapter the one behind it.
import { encodeUtf8 } from '@dpp/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publishObject, updateObject } from './publish.ts'
import type { ObjectMeta, Store } from './store.ts'

export type StoreUnderTest = {
  readonly store: Store
  readonly writer: Store
  close(): Promise<void>
}

export const testMeta: ObjectMeta = { contentType: 'application/json', cacheControl: 'max-age=60' }

const RACERS = 20

// Each would leave the folder, name two things at once, or mean another thing to a URL or a file system.
const hostileKeys = [
  '', '/', '.', '..', '../x', 'a/../b', 'a/./b', 'a/..', '/etc/passwd', 'a//b', 'a/', 'a\\b', '..\\x', 'C:/x',
  'a\0b', 'a\nb', 'a b', 'a%2e%2e/b', '%2e%2e/b', 'a?b', 'a#b', 'a:b', 'https://host.example/x', '//host.example/x',
  'é', 'ａ', 'a~b', `${'x'.repeat(129)}`, `${'x/'.repeat(256)}x`,
] // biome-ignore format: one list

let made = 0
const freshKey = (): string => `contract/${made++}/object.json`

/** Declares the tests of the port for one adapter. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} store: the contract`, () => {
    let opened: StoreUnderTest
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close())

    it('reads what was written byte for byte, and undefined where nothing is', async () => {
      const { store, writer } = opened
      const every = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251)
      for (const body of [new Uint8Array(0), encodeUtf8('{"ü":1}\r\n'), every]) {
        const key = freshKey()
        expect(await store.read(key)).toBeUndefined()
        await writer.create(key, body, testMeta)
        expect((await store.read(key))?.body).toEqual(body)
      }
    })

    it('names versions: the token changes with the bytes and stays without a write', async () => {
      const { store, writer } = opened
      const key = freshKey()
      await writer.create(key, encodeUtf8('one'), testMeta)
      const first = await store.read(key)
      expect((await store.read(key))?.token).toBe(first?.token)
      await updateObject(writer, key, () => encodeUtf8('two'), testMeta)
      const second = await store.read(key)
      expect(second?.body).toEqual(encodeUtf8('two'))
      expect(second?.token).not.toBe(first?.token)
    })

    it('refuses hostile keys in every method before it touches anything', async () => {
      const { store } = opened
      const body = encodeUtf8('x')
      const refusal = expect.objectContaining({ code: 'ERR_DPP_STORE_KEY_INVALID' })
      for (const key of [...hostileKeys, undefined as unknown as string, {} as string]) {
        await expect(store.read(key), `read ${key}`).rejects.toEqual(refusal)
        await expect(store.create(key, body, testMeta), `create ${key}`).rejects.toEqual(refusal)
        await expect(store.replace(key, body, 't', testMeta), `replace ${key}`).rejects.toEqual(
          refusal,
        )
        if (store.remove) await expect(store.remove(key), `remove ${key}`).rejects.toEqual(refusal)
      }
    })

    it('removes an object, and nothing where there is none', async ({ skip }) => {
      const { store } = opened
      const { remove } = store
      if (remove === undefined) return skip('this store cannot remove')
      const key = freshKey()
      await store.create(key, encodeUtf8('one'), testMeta)
      await remove(key)
      expect(await store.read(key)).toBeUndefined()
      await remove(key)
      await store.create(key, encodeUtf8('two'), testMeta)
      expect((await store.read(key))?.body).toEqual(encodeUtf8('two'))
    })
  })
}

/** Declares the tests of the port's writing half for one adapter. */
export function describeWritableStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} store: the contract of writes`, () => {
    let opened: StoreUnderTest
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close())

    it('creates once and replaces only the version that is named', async () => {
      const { store } = opened
      const key = freshKey()
      const { token } = await store.create(key, encodeUtf8('one'), testMeta)
      expect((await store.read(key))?.token).toBe(token)
      await expectCode(store.create(key, encodeUtf8('one'), testMeta), 'ERR_DPP_STORE_EXISTS')
      const { token: next } = await store.replace(key, encodeUtf8('two'), token, testMeta)
      await expectCode(
        store.replace(key, encodeUtf8('three'), token, testMeta),
        'ERR_DPP_STORE_CONFLICT',
      )
      await expectCode(
        store.replace(key, encodeUtf8('three'), 'no token', testMeta),
        'ERR_DPP_STORE_CONFLICT',
      )
      await expectCode(
        store.replace(freshKey(), encodeUtf8('x'), next, testMeta),
        'ERR_DPP_STORE_CONFLICT',
      )
      expect(await store.read(key)).toEqual({ body: encodeUtf8('two'), token: next })
    })

    it('reads nothing where a folder is, or below an object', async () => {
      const { store } = opened
      const key = freshKey()
      await store.create(key, encodeUtf8('x'), testMeta)
      expect(await store.read(key.slice(0, key.lastIndexOf('/')))).toBeUndefined()
      expect(await store.read(`${key}/below`)).toBeUndefined()
    })

    it('keeps its own copy of the bytes', async () => {
      const { store } = opened
      const key = freshKey()
      const body = encodeUtf8('mine')
      await store.create(key, body, testMeta)
      body.fill(0)
      const read = await store.read(key)
      read?.body.fill(1)
      expect((await store.read(key))?.body).toEqual(encodeUtf8('mine'))
    })

    it(`lets exactly one of ${RACERS} creators win, whole`, async () => {
      const { store } = opened
      for (let round = 0; round < 5; round++) {
        const key = freshKey()
        const bodies = racersBodies()
        const results = await Promise.allSettled(
          bodies.map((body) => store.create(key, body, testMeta)),
        )
        expectOneWinner(results, 'ERR_DPP_STORE_EXISTS')
        const winner = results.findIndex((result) => result.status === 'fulfilled')
        expect((await store.read(key))?.body).toEqual(bodies[winner])
      }
    })

    it(`lets exactly one of ${RACERS} replacements of a version win, whole`, async () => {
      const { store } = opened
      for (let round = 0; round < 5; round++) {
        const key = freshKey()
        const { token } = await store.create(key, encodeUtf8('start'), testMeta)
        const bodies = racersBodies()
        const results = await Promise.allSettled(
          bodies.map((body) => store.replace(key, body, token, testMeta)),
        )
        expectOneWinner(results, 'ERR_DPP_STORE_CONFLICT')
        const winner = results.findIndex((result) => result.status === 'fulfilled')
        expect((await store.read(key))?.body).toEqual(bodies[winner])
      }
    })

    it('shows a reader whole versions only, while they are replaced', async () => {
      const { store } = opened
      const key = freshKey()
      let { token } = await store.create(key, new Uint8Array(50_000).fill(0), testMeta)
      const writing = (async () => {
        for (let n = 1; n <= 20; n++) {
          token = (await store.replace(key, new Uint8Array(50_000).fill(n), token, testMeta)).token
        }
      })()
      for (let n = 0; n < 40; n++) {
        const body = (await store.read(key))?.body
        expect(body?.length).toBe(50_000)
        expect(body?.every((byte) => byte === body[0])).toBe(true)
      }
      await writing
    })

    it('lists by prefix, where it can', async () => {
      const { store } = opened
      const { list } = store
      if (list === undefined) return
      for (const key of ['list/a/1.json', 'list/a/2.json', 'list/ab.json', 'lista.json']) {
        await store.create(key, encodeUtf8(key), testMeta)
      }
      const listed = async (prefix: string) => {
        const keys: string[] = []
        for await (const key of list(prefix)) keys.push(key)
        return keys.sort()
      }
      expect(await listed('list/')).toEqual(['list/a/1.json', 'list/a/2.json', 'list/ab.json'])
      expect(await listed('list/a')).toEqual(['list/a/1.json', 'list/a/2.json', 'list/ab.json'])
      expect(await listed('list/a/')).toEqual(['list/a/1.json', 'list/a/2.json'])
      expect(await listed('nothing/')).toEqual([])
      expect(await listed('')).toEqual(expect.arrayContaining(['list/ab.json', 'lista.json']))
      await expectCode(listed('../'), 'ERR_DPP_STORE_KEY_INVALID')
    })

    it('can be written safely where outcomes get lost: a write that happened is not done twice', async () => {
      for (const fault of ['before', 'after'] as const) {
        const store = losingOutcomes(opened.store, fault)
        const key = freshKey()
        await updateObject(store, key, (current) => appendLine(current, 'one'), testMeta)
        await updateObject(store, key, (current) => appendLine(current, 'two'), testMeta)
        expect((await store.read(key))?.body).toEqual(encodeUtf8('one\ntwo\n'))
        if (fault === 'after')
          await publishObject(store, freshKey(), encodeUtf8('immutable'), testMeta)
      }
    })

    it('appends all lines of concurrent writers, each once', async () => {
      const { store } = opened
      const key = freshKey()
      const lines = ['a', 'b', 'c', 'd']
      await Promise.all(
        lines.map((line) =>
          updateObject(store, key, (current) => appendLine(current, line), testMeta),
        ),
      )
      const text = new TextDecoder().decode((await store.read(key))?.body)
      expect(text.trim().split('\n').sort()).toEqual(lines)
    })

    it('publishes the same bytes again without complaint, and refuses others', async () => {
      const { store } = opened
      const key = freshKey()
      await publishObject(store, key, encodeUtf8('fixed'), testMeta)
      await publishObject(store, key, encodeUtf8('fixed'), testMeta)
      await expectCode(
        publishObject(store, key, encodeUtf8('other'), testMeta),
        'ERR_DPP_STORE_EXISTS',
      )
    })
  })
}

/** Expects a rejection with exactly this code. */
export async function expectCode(work: Promise<unknown>, code: string): Promise<void> {
  await expect(work).rejects.toEqual(expect.objectContaining({ code }))
}

// Reports every first write of an object and version as failed, before or after it was done.
function losingOutcomes(store: Store, fault: 'before' | 'after'): Store {
  const failed = new Set<string>()
  const lose = async <T>(name: string, write: () => Promise<T>): Promise<T> => {
    const first = !failed.has(name)
    failed.add(name)
    const unavailable = Object.assign(new Error('injected time-out'), {
      code: 'ERR_DPP_STORE_UNAVAILABLE',
    })
    if (first && fault === 'before') throw unavailable
    const result = await write()
    if (first) throw unavailable
    return result
  }
  return {
    ...store,
    create: (key, body, meta) => lose(key, () => store.create(key, body, meta)),
    replace: (key, body, token, meta) =>
      lose(key + token, () => store.replace(key, body, token, meta)),
  }
}

// A line that is there already was written by an earlier attempt: nothing to do.
function appendLine(current: Uint8Array | undefined, line: string): Uint8Array {
  const text = new TextDecoder().decode(current)
  return encodeUtf8(text.split('\n').includes(line) ? text : `${text}${line}\n`)
}

function racersBodies(): Uint8Array[] {
  return Array.from({ length: RACERS }, (_, i) => new Uint8Array(10_000 + i).fill(i))
}

function expectOneWinner(results: readonly PromiseSettledResult<unknown>[], loss: string): void {
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  for (const result of results) {
    if (result.status === 'rejected')
      expect(result.reason).toEqual(expect.objectContaining({ code: loss }))
  }
}
