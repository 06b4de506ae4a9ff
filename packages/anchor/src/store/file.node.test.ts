import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeStore, describeWritableStore, expectCode, testMeta } from './contract.suite.ts'
import { createFileStore } from './file.ts'

const newFolder = () => mkdtemp(join(tmpdir(), 'dpp-file-store-'))
const open = async () => {
  const folder = await newFolder()
  const store = createFileStore(folder)
  return { store, writer: store, close: () => rm(folder, { recursive: true }) }
}
describeStore('file', open)
describeWritableStore('file', open)

describe('file store: its files', () => {
  let folder: string
  beforeEach(async () => {
    folder = await newFolder()
  })
  afterEach(() => rm(folder, { recursive: true }))

  const body = new TextEncoder().encode('body')

  it('are plain files under their keys, and nothing else is left behind', async () => {
    const store = createFileStore(folder)
    const { token } = await store.create('a/b.json', body, testMeta)
    await store.replace('a/b.json', body, token, testMeta)
    await expectCode(store.create('a/b.json', body, testMeta), 'ERR_DPP_STORE_EXISTS')
    await expectCode(store.replace('a/b.json', body, 'stale', testMeta), 'ERR_DPP_STORE_CONFLICT')
    expect(new Uint8Array(await readFile(join(folder, 'a/b.json')))).toEqual(body)
    expect(await readdir(join(folder, 'a'))).toEqual(['b.json'])
  })

  it('are seen by another store of the same folder, which races fairly', async () => {
    const [one, two] = [createFileStore(folder), createFileStore(`${folder}/x/..`)]
    const { token } = await one.create('k', body, testMeta)
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? one : two).replace('k', Uint8Array.of(i), token, testMeta),
      ),
    )
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  })

  it('that a crash left half written are neither read nor listed, and do not stand in the way', async () => {
    const store = createFileStore(folder)
    await writeFile(join(folder, 'k~0'), 'ha')
    expect(await store.read('k')).toBeUndefined()
    const keys: string[] = []
    for await (const key of store.list?.('') ?? []) keys.push(key)
    expect(keys).toEqual([])
    await store.create('k', body, testMeta)
    expect((await store.read('k'))?.body).toEqual(body)
  })

  it('cannot be written where a file stands in the place of a folder: unavailable, not absent', async () => {
    const store = createFileStore(folder)
    await store.create('k', body, testMeta)
    await expectCode(store.create('k/below', body, testMeta), 'ERR_DPP_STORE_UNAVAILABLE')
    await mkdir(join(folder, 'd'))
    await expectCode(store.create('d', body, testMeta), 'ERR_DPP_STORE_EXISTS')
  })

  // Linux has files that fail like a broken disk: reading /proc/self/mem at 0 is EIO, and nothing can be created there.
  it.runIf(existsSync('/proc/self/mem'))(
    'that fail to be read or written are unavailable, not absent',
    async () => {
      const store = createFileStore('/proc/self')
      await expectCode(store.read('mem'), 'ERR_DPP_STORE_UNAVAILABLE')
      await expectCode(store.create('new', body, testMeta), 'ERR_DPP_STORE_UNAVAILABLE')
    },
  )
})
