// The folder of a data set. Everything in it but the keys is public and follows from the master seed, the service's keys and
// this manifest. Work is cut into chunks of windows: a file per chunk, written whole or not at all, so that a command that was
// stopped goes on with the first chunk that is missing.
import { publishObject, type Store } from '@dpp/anchor'
import { createFileStore } from '@dpp/anchor/store/file'
import { decodeUtf8, encodeUtf8, parseStrict } from '@dpp/core'
import type { OrganisationId } from './organisations.ts'
import type { Product } from './products.ts'

export type Manifest = {
  readonly type: 'DppExampleData'
  readonly version: 1
  /** How many windows, each with a pane and a frame. */
  readonly count: number
  /** Public host of the product DIDs. */
  readonly host: string
  /** The simulated calendar begins on this day, RFC 3339. Every genesis is dated then. */
  readonly start: string
  /** By whose keys the logs go on: the hash of the service's first key for window 1. */
  readonly serviceKeyHash: string
  readonly organisations: { readonly [id in OrganisationId]: string }
}

export type DataSet = {
  readonly folder: string
  /** Everything below the folder but the keys. */
  readonly store: Store
  readonly keyFile: string
}

/** A run of windows that is worked on together. */
export type Chunk = { readonly name: string; readonly windows: readonly number[] }

export const manifestKey = 'data-set.json'
export const issuersKey = 'issuers.json'
export const policyKey = 'policy.json'
export const reportKey = 'report.json'

/** What of a chunk is in a file of its own. */
export type ChunkPart = 'products' | 'expected' | 'refused' | 'restricted' | `wave-${number}`

const WINDOWS_PER_CHUNK = 50
const MAX_JSON = { maxBytes: 64 * 2 ** 20, maxMembers: 2_000_000 }
const meta = { contentType: 'application/json', cacheControl: 'no-store' }

export function openDataSet(folder: string): DataSet {
  return { folder, store: createFileStore(folder), keyFile: `${folder}/keys.json` }
}

export function chunksOf(count: number): readonly Chunk[] {
  return Array.from({ length: Math.ceil(count / WINDOWS_PER_CHUNK) }, (_, index) => {
    const first = index * WINDOWS_PER_CHUNK
    const size = Math.min(WINDOWS_PER_CHUNK, count - first)
    const windows = Array.from({ length: size }, (_, offset) => first + offset)
    const name = [first, first + size - 1]
      .map((number) => String(number).padStart(6, '0'))
      .join('-')
    return { name, windows }
  })
}

export async function readManifest({ store }: DataSet): Promise<Manifest | undefined> {
  const file = await store.read(manifestKey)
  return file === undefined ? undefined : (parseStrict(file.body) as unknown as Manifest)
}

/** The manifest of a folder in which the identities are made. */
export async function requireManifest(dataSet: DataSet): Promise<Manifest> {
  const manifest = await readManifest(dataSet)
  if (manifest === undefined)
    throw new Error(`${dataSet.folder} holds no data set: run generate-identities first`)
  return manifest
}

/** Puts JSON in the place of what was there. */
export async function replaceJson({ store }: DataSet, key: string, value: unknown): Promise<void> {
  const body = encodeUtf8(`${JSON.stringify(value, undefined, 2)}\n`)
  const current = await store.read(key)
  if (current === undefined) await store.create(key, body, meta)
  else await store.replace(key, body, current.token, meta)
}

/** Writes a part of a chunk; the same lines again are success, others are another data set's. */
export async function writeLines(
  { store }: DataSet,
  chunk: Chunk,
  part: ChunkPart,
  lines: readonly string[],
): Promise<void> {
  const body = encodeUtf8(lines.map((line) => `${line}\n`).join(''))
  await publishObject(store, keyOf(chunk, part), body, meta)
}

/** The lines of a part of a chunk; undefined where it was not made yet. */
export async function readLines(
  { store }: DataSet,
  chunk: Chunk,
  part: ChunkPart,
): Promise<readonly string[] | undefined> {
  const file = await store.read(keyOf(chunk, part))
  return file === undefined ? undefined : decodeUtf8(file.body).split('\n').slice(0, -1)
}

/** The values in the lines of a part of a chunk. */
export async function readValues<Value>(
  dataSet: DataSet,
  chunk: Chunk,
  part: ChunkPart,
): Promise<readonly Value[] | undefined> {
  const lines = await readLines(dataSet, chunk, part)
  return lines?.map((line) => parseStrict(line, MAX_JSON) as unknown as Value)
}

/** The products of a chunk, which may be a part of one of the data set's own. */
/** What of all these chunks is in files of this kind. @throws Error when a file is missing */
export async function readAllValues<Value>(
  dataSet: DataSet,
  chunks: readonly Chunk[],
  part: ChunkPart,
): Promise<readonly Value[]> {
  const values: Value[] = []
  for (const chunk of chunks) {
    const found = await readValues<Value>(dataSet, chunk, part)
    if (found === undefined)
      throw new Error(
        `the events of windows ${chunk.name} are missing: run simulate-lifecycle with the same --count`,
      )
    values.push(...found)
  }
  return values
}

export async function readProducts(
  dataSet: DataSet,
  { count }: Manifest,
  { name, windows }: Chunk,
): Promise<readonly Product[]> {
  const own = chunksOf(count).find((chunk) => chunk.windows[0] === windows[0])
  const products = own && (await readValues<Product>(dataSet, own, 'products'))
  if (products === undefined)
    throw new Error(`the products of windows ${name} are missing: run generate-identities`)
  return products.filter(({ window }) => windows.includes(window))
}

function keyOf({ name }: Chunk, part: ChunkPart): string {
  return `${part}/${name}.jsonl`
}
