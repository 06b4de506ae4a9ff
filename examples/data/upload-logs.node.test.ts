import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '@dpp/anchor'
import { createMemoryStore } from '@dpp/anchor/store/memory'
import { DppError, decodeUtf8, encodeUtf8 } from '@dpp/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chunksOf, type DataSet, openDataSet, readProducts } from './data-set.ts'
import { generateIdentities, logKeyOf } from './generate.ts'
import { openStore } from './open-store.ts'
import type { Product } from './products.ts'
import { uploadLogs } from './upload-logs.ts'

const meta = { contentType: 'text/jsonl', cacheControl: 'no-store' }
const ignore = (): void => {}

let folder: string
let dataSet: DataSet
let products: readonly Product[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dpp-upload-'))
  dataSet = openDataSet(folder)
  const { manifest } = await generateIdentities(dataSet, {
    count: 4,
    host: 'dpp.windowco.example',
    start: new Date('2025-01-06'),
    protection: { kind: 'plain' },
  })
  const [chunk] = chunksOf(4)
  if (chunk !== undefined) products = await readProducts(dataSet, manifest, chunk)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The log of the first product in a store. */
async function firstLog(store: Store): Promise<{ key: string; text: string; token: string }> {
  const [product] = products
  if (product === undefined) throw new Error('there are products')
  const key = logKeyOf(product)
  const file = await store.read(key)
  return { key, text: decodeUtf8(file?.body ?? new Uint8Array()), token: file?.token ?? '' }
}

describe('upload', () => {
  it('writes each log once', async () => {
    const store = createMemoryStore()
    const first = await uploadLogs(dataSet, store, products, ignore)
    expect(first).toMatchObject({ written: 12, present: 0 })
    const second = await uploadLogs(dataSet, store, products, ignore)
    expect(second).toEqual({ ...first, written: 0, present: 12 })
  })

  it('leaves a log alone that goes on from ours, and refuses one that does not', async () => {
    const store = createMemoryStore()
    await uploadLogs(dataSet, store, products, ignore)
    const { key, text, token } = await firstLog(store)
    const longer = await store.replace(key, encodeUtf8(`${text}{"more":1}\n`), token, meta)
    await uploadLogs(dataSet, store, products, ignore)
    expect((await firstLog(store)).text).toBe(`${text}{"more":1}\n`)
    await store.replace(key, encodeUtf8('{"another":1}\n'), longer.token, meta)
    await expect(uploadLogs(dataSet, store, products, ignore)).rejects.toThrow('another log stands')
    expect((await firstLog(store)).text).toBe('{"another":1}\n')
  })

  it('goes on after writes of unknown outcome, and is continued after an outage', async () => {
    const store = createMemoryStore()
    let calls = 0
    const shaky: Store = {
      ...store,
      create: async (key, body, objectMeta) => {
        calls += 1
        if (calls % 3 === 0) await store.create(key, body, objectMeta) // Done, but reported failed.
        if (calls % 3 !== 1) throw new DppError('ERR_DPP_STORE_UNAVAILABLE', 'no answer')
        return store.create(key, body, objectMeta)
      },
    }
    await uploadLogs(dataSet, shaky, products, ignore)
    const down: Store = { ...store, read: () => Promise.reject(new Error('down')) }
    await expect(uploadLogs(dataSet, down, products, ignore)).rejects.toThrow('down')
    const { present } = await uploadLogs(dataSet, store, products, ignore)
    expect(present).toBe(12)
  })
})

describe('a store by its name', () => {
  it('is a folder, with or without file:', async () => {
    for (const name of [join(folder, 'a'), `file://${join(folder, 'b')}`]) {
      const store = await openStore(name, {})
      expect(await uploadLogs(dataSet, store, products, ignore)).toMatchObject({ written: 12 })
    }
  })

  it('is a bucket or a container, and nothing else', async () => {
    expect(await openStore('s3://bucket?region=us-east-1', {})).toHaveProperty('create')
    const endpoint = 'https://account.blob.core.windows.net'
    const azure = await openStore('azure://container', { AZURE_STORAGE_ENDPOINT: endpoint })
    expect(azure).toHaveProperty('create')
    await expect(openStore('azure://container', {})).rejects.toThrow('AZURE_STORAGE_ENDPOINT')
    await expect(openStore('ftp://host/x', {})).rejects.toThrow('a store is')
  })
})
