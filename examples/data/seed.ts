// Brings a data set to life at a service: logs to a store, products registered, events posted wave by wave with a batch after
// each, and what came of it verified from the public files. Every part is safe to repeat, so a run that was stopped is begun
// again from the front: what is done already is found done.
import type { Store } from '@dpp/anchor'
import { decodeUtf8 } from '@dpp/core'
import { type AudienceName, audiences } from './audiences.ts'
import { type BatchFigures, readBatches, runBatch } from './batches.ts'
import { waveStarts } from './calendar.ts'
import { closeLogs } from './close-logs.ts'
import {
  chunksOf,
  type DataSet,
  type Manifest,
  policyKey,
  readAllValues,
  readLines,
  readProducts,
  replaceJson,
  requireManifest,
} from './data-set.ts'
import type { Expectation } from './expectations.ts'
import { logKeyOf, openLogs, policyOf } from './generate.ts'
import { inParallel } from './in-parallel.ts'
import type { Keys } from './key-file.ts'
import { changeOrganisations } from './organisation-changes.ts'
import { type Limits, postEvents, postUnwelcome } from './post-events.ts'
import type { Product } from './products.ts'
import type { ServiceClient } from './service-client.ts'
import type { RefusedLine, RestrictedLine } from './simulate.ts'
import { siteOrigins } from './sites.ts'
import { type Uploaded, uploadLogs } from './upload-logs.ts'
import { chooseSample, type Verified, verifyProducts } from './verify-products.ts'

export type SeedOptions = {
  readonly keys: Keys
  readonly service: ServiceClient
  readonly rpcUrl: string
  /** Where the organisations' web sites answer. */
  readonly sitesUrl: string
  /** A store that gets the products' first logs, beside what the service publishes. */
  readonly store?: Store | undefined
  /** How many windows; all of the data set unless told. */
  readonly count?: number | undefined
  /** How many products are verified at the end. */
  readonly verify: 'all' | number
  /** Told what begins; runs it. */
  readonly step: <Result>(title: string, work: () => Promise<Result>) => Promise<Result>
  readonly progress: (what: string) => (done: number, total: number) => void
  readonly note: (text: string) => void
}

export type Seeded = {
  readonly products: number
  readonly events: number
  /** Of the events: those whose content only an audience may read. */
  readonly restricted: number
  readonly refused: number
  readonly uploaded: Uploaded | undefined
  readonly batches: readonly BatchFigures[]
  readonly verified: Verified
}

type Service = {
  readonly domain: string
  readonly limits: Limits
  /** Names under which events may be restricted. */
  readonly audiences: readonly string[]
  readonly anchoring: {
    readonly chain: string
    readonly registry: string | null
    readonly anchorer: string
  }
}

type Job = SeedOptions & {
  readonly dataSet: DataSet
  readonly manifest: Manifest
  readonly chunks: ReturnType<typeof chunksOf>
  readonly description: Service
}

const LANES = 16

export async function seedStorage(dataSet: DataSet, options: SeedOptions): Promise<Seeded> {
  const { service, step, store, keys } = options
  const manifest = await requireManifest(dataSet)
  const description = await service.get<Service>('/service')
  if (description.domain !== manifest.host)
    throw new Error(`the service is for ${description.domain}, the data set for ${manifest.host}`)
  const chunks = chunksOf(options.count ?? manifest.count)
  const job: Job = { ...options, dataSet, manifest, chunks, description }
  const chunked = chunks.map((chunk) => readProducts(dataSet, manifest, chunk))
  const products = (await Promise.all(chunked)).flat()
  const expectations = await readAllValues<Expectation>(dataSet, chunks, 'expected')
  const restricted = await readAllValues<RestrictedLine>(dataSet, chunks, 'restricted')
  const unwelcome = await readAllValues<RefusedLine>(dataSet, chunks, 'refused')
  assertAudiences(restricted, description)

  const uploaded =
    store === undefined
      ? undefined
      : await step('Upload of the first logs to the store', () => upload(job, store, products))
  await step(`Registration of ${products.length} products`, () => register(job, products))
  let events = 0
  for (const wave of waveStarts.keys()) {
    events += await step(`Wave ${wave + 1}: events posted`, () =>
      postWave(job, wave + 1, restricted),
    )
    await step(`Wave ${wave + 1}: batch, anchor, proofs`, () => runBatch(service))
    const change = await changeOrganisations(dataSet, manifest, keys, wave + 1, new Date())
    if (change !== undefined) options.note(change)
  }
  await step('Logs of recycled products closed, batch', async () => {
    await closeLogs(service, products, expectations, keys)
    await runBatch(service)
  })
  await step(`${unwelcome.length} events that must be refused`, () =>
    postUnwelcome(service, unwelcome),
  )
  const policy = await writePolicy(job)
  const chosen =
    options.verify === 'all' ? expectations : chooseSample(expectations, options.verify)
  const verified = await step(`Verification of ${chosen.length} products`, () =>
    verify(job, policy, chosen),
  )
  return {
    products: products.length,
    events,
    restricted: restricted.length,
    refused: unwelcome.length,
    uploaded,
    batches: await readBatches(service, options.rpcUrl),
    verified,
  }
}

/** Where the public hosts of a data set answer. */
export function originsOf(
  { host }: Pick<Manifest, 'host'>,
  { serviceUrl, sitesUrl }: { readonly serviceUrl: string; readonly sitesUrl: string },
): Record<string, string> {
  return { ...siteOrigins(sitesUrl), [host]: serviceUrl }
}

function upload(job: Job, store: Store, products: readonly Product[]): Promise<Uploaded> {
  const counter = job.progress('logs')
  return uploadLogs(job.dataSet, store, products, (done) => counter(done, products.length))
}

async function register(job: Job, products: readonly Product[]): Promise<void> {
  const logs = openLogs(job.dataSet)
  const counter = job.progress('products')
  let done = 0
  await inParallel(products, LANES, async (product) => {
    const file = await logs.read(logKeyOf(product))
    if (file === undefined) throw new Error(`the log of ${product.did} is missing`)
    await job.service.post('/dids', { log: decodeUtf8(file.body) })
    done += 1
    counter(done, products.length)
  })
}

async function postWave(
  { service, dataSet, chunks, description: { limits }, progress }: Job,
  wave: number,
  restricted: readonly RestrictedLine[],
): Promise<number> {
  const counter = progress('events')
  const lines: string[] = []
  for (const chunk of chunks)
    lines.push(...((await readLines(dataSet, chunk, `wave-${wave}`)) ?? []))
  const own = restricted.filter((line) => line.wave === wave)
  const total = lines.length + own.length
  await postEvents(service, lines, { limits }, (done) => counter(done, total))
  let posted = lines.length
  for (const audience of Object.keys(audiences) as AudienceName[]) {
    const forThem = own.filter((line) => line.audience === audience)
    const before = posted
    const texts = forThem.map(({ event }) => JSON.stringify(event))
    await postEvents(service, texts, { limits, audience }, (done) => counter(before + done, total))
    posted += texts.length
  }
  return posted
}

// Before anything is posted: an event that was once posted for everybody stays public.
function assertAudiences(
  restricted: readonly RestrictedLine[],
  { audiences: known }: Service,
): void {
  const unknown = restricted.find(({ audience }) => !known.includes(audience))?.audience
  if (unknown !== undefined)
    throw new Error(
      `the service has no audience ${unknown}: start it with DPP_AUDIENCES=${unknown}=…, the SHA-256 of a reader's token`,
    )
}

/** What a verifier must believe to see this data set anchored, as a file for `dpp-verify`. */
async function writePolicy({ dataSet, manifest, description }: Job): Promise<object> {
  const { chain, registry, anchorer } = description.anchoring
  if (registry === null) throw new Error('the service anchors nothing: it has no registry')
  const chains = [{ id: chain, registry: registry.toLowerCase(), anchorers: [anchorer] }]
  const policy = { ...policyOf(manifest), chains }
  await replaceJson(dataSet, policyKey, policy)
  return policy
}

function verify(job: Job, policy: object, chosen: readonly Expectation[]): Promise<Verified> {
  const { service, rpcUrl, sitesUrl, manifest, description } = job
  const counter = job.progress('products')
  return verifyProducts(
    chosen,
    {
      origins: originsOf(manifest, { serviceUrl: service.url, sitesUrl }),
      rpcUrl,
      chain: description.anchoring.chain,
      policy,
    },
    (done) => counter(done, chosen.length),
  )
}
