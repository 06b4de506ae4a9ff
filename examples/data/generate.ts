// Makes the identities of a data set: keys, organisations, product DIDs. Safe to stop and to run again.
import { publishObject } from '@dpp/anchor'
import { createFileStore } from '@dpp/anchor/store/file'
import { encodeUtf8, formatTime, fromHex, generateSeed, toHex } from '@dpp/core'
import { didToUrl, verifyLog } from '@dpp/webvh'
import {
  type Chunk,
  chunksOf,
  type DataSet,
  issuersKey,
  type Manifest,
  manifestKey,
  readManifest,
  readValues,
  replaceJson,
  writeLines,
} from './data-set.ts'
import { inParallel } from './in-parallel.ts'
import { type Keys, writeKeyFile } from './key-file.ts'
import { type KeyProtection, passphraseOf } from './key-protection.ts'
import { masterSeedOf, openKeysIfPresent } from './open-keys.ts'
import { createOrganisationLog, organisationKeys, organisations } from './organisations.ts'
import { createProduct, itemsOf, makers, type Product, productKeys } from './products.ts'
import { deriveBytes } from './random.ts'
import { type ServiceKeys, serviceKeysFromSecret } from './service-keys.ts'
import { publishSiteLog } from './sites.ts'

export type GenerateOptions = {
  readonly count: number
  /** Public text from which every key follows. Absent: a random master seed, kept in the key file. */
  readonly seed?: string | undefined
  readonly host: string
  readonly start: Date
  /** The service that the logs are for; the data set's own local one unless told. */
  readonly serviceKeys?: ServiceKeys | undefined
  readonly protection: KeyProtection
  /** Told after each chunk. */
  readonly onProgress?: (windows: number) => void
}

export type Generated = {
  readonly manifest: Manifest
  readonly products: number
  readonly logBytes: number
}

const logMeta = { contentType: 'text/jsonl', cacheControl: 'public, max-age=60, must-revalidate' }
const LANES = 16

/**
 * Makes what is missing of a data set.
 *
 * Keys are on disk before anything is signed with them: a log whose recovery key is lost is lost. A folder that was begun with
 * another seed, host, day or service is refused, and left as it is.
 */
export async function generateIdentities(
  dataSet: DataSet,
  options: GenerateOptions,
): Promise<Generated> {
  const begun = await readManifest(dataSet)
  const { keys, isNew } = await deriveKeys(dataSet, options)
  const serviceKeys = options.serviceKeys ?? serviceKeysFromSecret(keys.localService)
  const { manifest, logs } = await describeDataSet(keys, { ...options, serviceKeys }, begun)
  if (begun !== undefined) assertSame(dataSet, { ...begun, count: 0 }, { ...manifest, count: 0 })
  if (isNew) await writeKeyFile(dataSet.keyFile, keys, await passphraseOf(options.protection))
  if (begun === undefined) await replaceJson(dataSet, manifestKey, manifest)
  await publishOrganisations(dataSet, manifest, logs)
  const scids = new Set<string>()
  let logBytes = 0
  let windows = 0
  for (const chunk of chunksOf(options.count)) {
    const made = await readValues<Product>(dataSet, chunk, 'products')
    const products = made ?? (await makeChunk(dataSet, chunk, keys, manifest, serviceKeys))
    for (const { scid, digitalLink } of products) {
      // Equal SCIDs would be one DID for two things. The serial number in the genesis makes them differ.
      if (scids.has(scid)) throw new Error(`two products share the SCID ${scid}: ${digitalLink}`)
      scids.add(scid)
    }
    logBytes += await bytesOf(dataSet, products)
    windows += chunk.windows.length
    options.onProgress?.(windows)
  }
  await replaceJson(dataSet, manifestKey, manifest)
  return { manifest, products: scids.size, logBytes }
}

/** The store of the product logs as they are published: `.well-known/did/<SCID>/did.jsonl`. */
export function openLogs({ folder }: DataSet): ReturnType<typeof createFileStore> {
  return createFileStore(`${folder}/files`)
}

/** Where a product's log lies in a store. */
export function logKeyOf({ did }: Pick<Product, 'did'>): string {
  return new URL(didToUrl(did)).pathname.slice(1)
}

async function deriveKeys(
  dataSet: DataSet,
  options: GenerateOptions,
): Promise<{ readonly keys: Keys; readonly isNew: boolean }> {
  const known = await openKeysIfPresent(dataSet, options.protection, options.seed)
  const masterSeed =
    known?.masterSeed ??
    (options.seed === undefined ? toHex(generateSeed()) : masterSeedOf(options.seed))
  const seed = fromHex(masterSeed)
  const products = { ...known?.products }
  let isNew = known === undefined
  for (const { windows } of chunksOf(options.count)) {
    for (const item of windows.flatMap((window) => itemsOf(seed, window))) {
      if (products[item.digitalLink] !== undefined) continue
      products[item.digitalLink] = productKeys(seed, item)
      isNew = true
    }
  }
  const keys: Keys = {
    masterSeed,
    localService: toHex(deriveBytes(seed, 'local service')),
    organisations: organisationKeys(seed),
    products,
  }
  return { keys, isNew }
}

type SiteLog = { readonly did: string; readonly line: string }

/** The manifest as the options want it, and the logs of the organisations that it names. Nothing is written yet. */
async function describeDataSet(
  keys: Keys,
  { count, host, start, serviceKeys }: GenerateOptions & { readonly serviceKeys: ServiceKeys },
  begun: Manifest | undefined,
): Promise<{ readonly manifest: Manifest; readonly logs: readonly SiteLog[] }> {
  const [first] = itemsOf(fromHex(keys.masterSeed), 0)
  const [serviceKeyHash = ''] = await serviceKeys([first?.digitalLink ?? ''])
  const logs = await Promise.all(
    organisations.map(async ({ id }) => ({
      id,
      ...(await createOrganisationLog(keys, id, start)),
    })),
  )
  const dids = Object.fromEntries(logs.map(({ id, did }) => [id, did])) as Manifest['organisations']
  const manifest: Manifest = {
    type: 'DppExampleData',
    version: 1,
    count: Math.max(count, begun?.count ?? 0),
    host,
    start: formatTime(start),
    serviceKeyHash,
    organisations: dids,
  }
  return { manifest, logs }
}

async function publishOrganisations(
  dataSet: DataSet,
  manifest: Manifest,
  logs: readonly SiteLog[],
): Promise<void> {
  for (const { did, line } of logs) await publishSiteLog(dataSet, did, line)
  const rules = organisations
    .filter(({ maySpeak }) => maySpeak.length > 0)
    .map(({ id, maySpeak }) => ({ issuer: manifest.organisations[id], eventTypes: maySpeak }))
  await replaceJson(dataSet, issuersKey, rules)
}

/** Whom a verifier believes beside a product's controller. The chains are added when they are known. */
export function policyOf({ organisations: dids }: Manifest) {
  return {
    type: 'DppTrustPolicy',
    version: 1,
    issuers: organisations
      .filter(({ maySpeak, trusted }) => trusted && maySpeak.length > 0)
      .map(({ id, maySpeak }) => ({ did: dids[id], types: maySpeak })),
  }
}

function assertSame(dataSet: DataSet, begun: Manifest, now: Manifest): void {
  for (const [name, value] of Object.entries(begun)) {
    const other = now[name as keyof Manifest]
    if (JSON.stringify(value) === JSON.stringify(other)) continue
    throw new Error(
      `${dataSet.folder} was begun with another ${name}: ${JSON.stringify(value)}, not ${JSON.stringify(other)}`,
    )
  }
}

async function makeChunk(
  dataSet: DataSet,
  chunk: Chunk,
  keys: Keys,
  manifest: Manifest,
  serviceKeys: ServiceKeys,
): Promise<readonly Product[]> {
  const masterSeed = fromHex(keys.masterSeed)
  const logs = openLogs(dataSet)
  const items = chunk.windows.flatMap((window) => itemsOf(masterSeed, window))
  const hashes = await serviceKeys(items.map(({ digitalLink }) => digitalLink))
  const products = await inParallel(items, LANES, async (item, index) => {
    const { product, line } = await createProduct(item, {
      host: manifest.host,
      controller: manifest.organisations[makers[item.kind]],
      keys,
      serviceKeyHash: hashes[index] ?? '',
      versionTime: new Date(manifest.start),
    })
    await publishObject(logs, logKeyOf(product), encodeUtf8(line), logMeta)
    return product
  })
  // Last, so that a list names no log that is not there.
  await writeLines(
    dataSet,
    chunk,
    'products',
    products.map((product) => JSON.stringify(product)),
  )
  return products
}

/** Bytes of the products' logs; each must be there and verify, whenever it was written. */
async function bytesOf(dataSet: DataSet, products: readonly Product[]): Promise<number> {
  const logs = openLogs(dataSet)
  const sizes = await inParallel(products, LANES, async (product) => {
    const file = await logs.read(logKeyOf(product))
    const { error } = verifyLog(file?.body ?? '', { did: product.did })
    if (file === undefined || error !== undefined)
      throw new Error(`the log of ${product.did} is ${error?.message ?? 'missing'}`)
    return file.body.length
  })
  return sizes.reduce((sum, size) => sum + size, 0)
}
