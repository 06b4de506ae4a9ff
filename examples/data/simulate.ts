// Lets the windows of a data set live: signed events in waves, and what a verifier must find out about each product. Safe to
// stop and to run again: what was made is not made anew.
import {
  createEvent,
  eventDigest,
  fromHex,
  type JsonObject,
  type SecuredEvent,
  signEvent,
} from '@dpp/core'
import { formatDid, parseDid } from '@dpp/webvh'
import type { AudienceName } from './audiences.ts'
import { addDays, CALENDAR_DAYS, productionDay, waveOf, waveStarts } from './calendar.ts'
import {
  type Chunk,
  chunksOf,
  type DataSet,
  type Manifest,
  readLines,
  readProducts,
  requireManifest,
  writeLines,
} from './data-set.ts'
import { type Expectation, expectationsOf } from './expectations.ts'
import type { Keys } from './key-file.ts'
import type { KeyProtection } from './key-protection.ts'
import { oddCaseOf, stepsOf } from './odd-cases.ts'
import { openKeys } from './open-keys.ts'
import { move, type OrganisationId, organisations, rotation, signerOf } from './organisations.ts'
import { modelOf, type Product } from './products.ts'
import { createRandom } from './random.ts'
import { factsOf, type SignedStep, type Step, type StepFacts, type Trio } from './steps.ts'

export type SimulateOptions = {
  /** How many windows; all of the data set unless told. */
  readonly count?: number | undefined
  /** Refuses to go on where the data set was made from another. */
  readonly seed?: string | undefined
  readonly protection: KeyProtection
  readonly now: Date
  /** Told after each chunk. */
  readonly onProgress?: (windows: number) => void
}

export type Simulated = {
  readonly events: number
  readonly perWave: readonly number[]
  readonly restricted: number
  readonly refused: number
}

/** The line of an event that only some may read, and the wave in which it is posted. */
export type RestrictedLine = {
  readonly audience: AudienceName
  readonly wave: number
  readonly event: SecuredEvent
}

/** The line of an event that the service must refuse. */
export type RefusedLine = { readonly code: string; readonly event: SecuredEvent }

/** Makes the events that are missing, and counts all. */
export async function simulateLifecycle(
  dataSet: DataSet,
  options: SimulateOptions,
): Promise<Simulated> {
  const manifest = await requireManifest(dataSet)
  const count = options.count ?? manifest.count
  if (count > manifest.count)
    throw new Error(
      `the data set has ${manifest.count} windows: run generate-identities --count ${count}`,
    )
  const start = new Date(manifest.start)
  if (addDays(start, CALENDAR_DAYS) > options.now)
    throw new Error(
      `the simulated months end after today: choose a --start ${CALENDAR_DAYS} days ago`,
    )
  const keys = await openKeys(dataSet, options.protection, options.seed)

  const perWave = waveStarts.map(() => 0)
  let restricted = 0
  let refused = 0
  let windows = 0
  for (const chunk of chunksOf(count)) {
    // The expectations are written last: where they are, the chunk is whole.
    if ((await readLines(dataSet, chunk, 'expected')) === undefined)
      await simulateChunk(dataSet, chunk, manifest, keys)
    for (const index of perWave.keys())
      perWave[index] =
        (perWave[index] ?? 0) + (await countLines(dataSet, chunk, `wave-${index + 1}`))
    restricted += await countLines(dataSet, chunk, 'restricted')
    refused += await countLines(dataSet, chunk, 'refused')
    windows += chunk.windows.length
    options.onProgress?.(windows)
  }
  const events = perWave.reduce((sum, each) => sum + each, 0)
  return { events, perWave, restricted, refused }
}

async function simulateChunk(
  dataSet: DataSet,
  chunk: Chunk,
  manifest: Manifest,
  keys: Keys,
): Promise<void> {
  const products = await readProducts(dataSet, manifest, chunk)
  const signed: SignedStep[] = []
  const expected: Expectation[] = []
  for (const window of chunk.windows) {
    const trio = trioOf(products, window)
    const steps = await liveOnce(trio, manifest, keys)
    signed.push(...steps)
    expected.push(...expectationsOf(trio, steps))
  }
  const plain = signed.filter(({ step }) => step.fate === undefined).sort(bySigning)
  for (const index of waveStarts.keys()) {
    const lines = plain.filter(({ wave }) => wave === index + 1).map(({ event }) => write(event))
    await writeLines(dataSet, chunk, `wave-${index + 1}`, lines)
  }
  const restricted: RestrictedLine[] = []
  const refused: RefusedLine[] = []
  for (const { step, wave, event } of signed) {
    const { fate } = step
    if (fate?.kind === 'refused') refused.push({ code: fate.code, event })
    if (fate?.kind === 'restricted') restricted.push({ audience: fate.audience, wave, event })
  }
  await writeLines(dataSet, chunk, 'restricted', restricted.map(write))
  await writeLines(dataSet, chunk, 'refused', refused.map(write))
  await writeLines(dataSet, chunk, 'expected', expected.map(write))
}

/** Signs everything that happens to one window. */
async function liveOnce(trio: Trio, manifest: Manifest, keys: Keys): Promise<SignedStep[]> {
  const { window } = trio.window
  const masterSeed = fromHex(keys.masterSeed)
  const start = new Date(manifest.start)
  const life = {
    trio,
    model: modelOf(masterSeed, window),
    day: productionDay(start, window),
    random: createRandom(masterSeed, `life:${window}`),
  }
  const done = new Map<string, NonNullable<StepFacts['corrected']>>()
  const signed: SignedStep[] = []
  for (const step of stepsOf(life, oddCaseOf(window))) {
    const ids = createRandom(masterSeed, `event:${window}:${step.name}`)
    const subject = step.subject(
      factsOf(step, ids.uuid(), step.corrects === undefined ? undefined : done.get(step.corrects)),
    )
    const wave = waveOf(start, step.signed)
    const event = await sign(step, { subject, id: ids.uuid(), wave }, manifest, keys)
    done.set(step.name, { digest: eventDigest(event), subject })
    signed.push({ step, wave, event })
  }
  return signed
}

/** Signs with the key and under the DID that the issuer has in this wave. */
function sign(
  { by, signed, keyNumber }: Step,
  { subject, id, wave }: { subject: JsonObject; id: string; wave: number },
  manifest: Manifest,
  keys: Keys,
): Promise<SecuredEvent> {
  const did = didOf(manifest, by, wave)
  const hasRotated = by === rotation.organisation && wave > rotation.afterWave
  const signer = signerOf(keys, by, keyNumber ?? (hasRotated ? 2 : 1), did)
  const name = organisations.find((organisation) => organisation.id === by)?.name ?? by
  const event = createEvent({ issuer: { id: did, name }, subject, validFrom: signed, id })
  return signEvent(event, signer, { created: signed })
}

function didOf({ organisations: dids }: Manifest, id: OrganisationId, wave: number): string {
  const did = dids[id]
  if (id !== move.organisation || wave <= move.afterWave) return did
  return formatDid({ ...parseDid(did), domain: move.to })
}

function trioOf(products: readonly Product[], window: number): Trio {
  const find = (kind: Product['kind']): Product => {
    const found = products.find((product) => product.window === window && product.kind === kind)
    if (found === undefined) throw new Error(`window ${window} has no ${kind}`)
    return found
  }
  return { window: find('window'), pane: find('pane'), frame: find('frame') }
}

function bySigning(a: SignedStep, b: SignedStep): number {
  return a.step.signed.getTime() - b.step.signed.getTime()
}

function write(value: unknown): string {
  return JSON.stringify(value)
}

async function countLines(
  dataSet: DataSet,
  chunk: Chunk,
  part: Parameters<typeof readLines>[2],
): Promise<number> {
  return (await readLines(dataSet, chunk, part))?.length ?? 0
}
