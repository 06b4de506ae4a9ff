// A store in a folder: each object is a plain file, ready to be served by any web server.
//
// A file appears whole or not at all, and is on disk when a write returns: temporary file, fsync, link or
// rename, fsync of the folder. Temporary names hold `~`, which no key has. `create` is atomic between
// processes too; `replace` is atomic within one process only: one process writes to a folder at a time.
// Keys that differ in case alone are one object where the file system folds case; keys are made of
// hashes, so two honest ones never do.
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isDppError } from '@dpp/core'
import { storeError } from '../errors.ts'
import {
  assertStoreKey,
  assertStorePrefix,
  conflictError,
  contentToken,
  existsError,
  type Store,
} from './store.ts'

/**
 * Opens a store in `folder`, which is created with the first object.
 *
 * Content types and caching are the web server's business: the metadata of a write is not kept.
 */
export function createFileStore(folder: string): Store {
  const root = resolve(folder)
  const pathOf = (key: string): string => {
    assertStoreKey(key)
    return join(root, key)
  }
  return {
    async read(key) {
      const body = await readIfPresent(pathOf(key))
      return body && { body, token: contentToken(body) }
    },
    async create(key, body) {
      const path = pathOf(key)
      await placeFile(key, path, body, async (temporary) => {
        await link(temporary, path).catch((error: unknown) => {
          throw isCode(error, 'EEXIST') ? existsError(key) : error // Unlike rename, link never replaces.
        })
        await rm(temporary)
      })
      return { token: contentToken(body) }
    },
    async replace(key, body, token) {
      const path = pathOf(key)
      return exclusively(path, async () => {
        const current = await readIfPresent(path)
        if (current === undefined || contentToken(current) !== token) throw conflictError(key)
        await placeFile(key, path, body, (temporary) => rename(temporary, path))
        return { token: contentToken(body) }
      })
    },
    async remove(key) {
      const path = pathOf(key)
      await exclusively(path, async () => {
        if ((await readIfPresent(path)) === undefined) return
        try {
          await rm(path)
          await syncFolder(dirname(path))
        } catch (error) {
          throw unavailable(key, error)
        }
      })
    },
    async *list(prefix) {
      assertStorePrefix(prefix)
      const start = prefix.slice(0, prefix.lastIndexOf('/') + 1) // The deepest folder that holds them all.
      for await (const key of walk(root, start)) if (key.startsWith(prefix)) yield key
    },
  }
}

async function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    // A folder at the key, or a file above it, means that there is no object there.
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR') || isCode(error, 'EISDIR'))
      return undefined
    throw unavailable(path, error)
  }
}

// Writes the body beside its place, durable, and lets `place` move it there; leaves no rubbish behind.
async function placeFile(
  key: string,
  path: string,
  body: Uint8Array,
  place: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}~${randomUUID()}`
  try {
    await makeFolder(dirname(path))
    await writeDurably(temporary, body)
    await place(temporary)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}) // The first error says more.
    throw isDppError(error) ? error : unavailable(key, error)
  }
}

async function writeDurably(path: string, body: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(body)
    await file.sync()
  } finally {
    await file.close()
  }
}

// Creates the folder and makes each new one durable in the folder that holds it.
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made))
    await syncFolder(dirname(made))
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function* walk(root: string, under: string): AsyncGenerator<string, void, undefined> {
  const entries = await readdir(join(root, under), { withFileTypes: true }).catch(
    (error: unknown) => {
      if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return []
      throw unavailable(under, error)
    },
  )
  for (const entry of entries) {
    const key = under + entry.name
    if (entry.isDirectory()) yield* walk(root, `${key}/`)
    else if (entry.isFile() && !entry.name.includes('~')) yield key
  }
}

// One replacement of a file at a time, in the order of the calls, for all stores of this process.
const waiting = new Map<string, Promise<unknown>>()

async function exclusively<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = waiting.get(path) ?? Promise.resolve()
  const mine = before.then(work, work)
  waiting.set(path, mine)
  try {
    return await mine
  } finally {
    if (waiting.get(path) === mine) waiting.delete(path)
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function unavailable(key: string, cause: unknown): Error {
  return storeError(
    'ERR_DPP_STORE_UNAVAILABLE',
    `the file of ${key} could not be read or written`,
    { cause },
  )
}
