// Mutations of honest evidence, half of them aware of its structure: members deleted, copied, moved, retyped, values
// spliced from other honest evidence, entries hashed again. Seeded, so that every case can be repeated by its number.
import { entryLeafHash, formatHash } from '@dpp/anchor'
import {
  canonicalize,
  encodeBase58btc,
  encodeMultihash,
  encodeUtf8,
  type Json,
  type JsonObject,
  sha256,
} from '@dpp/core'
import { didToUrl } from '@dpp/webvh'
import { createMemoryReader } from '../chain/memory-reader.ts'
import { parsePolicy } from '../policy.ts'
import { createMemorySource } from '../sources/memory-source.ts'
import { decisiveCheck, type Verdict } from '../verdict/verdict.ts'
import { verifyProduct } from '../verify-product.ts'
import {
  anchorBatch,
  appendEvents,
  at,
  BASE,
  CHAIN,
  createProduct,
  createStandardWorld,
  createTestEvent,
  publishEvent,
  publishLog,
  REGISTRY,
} from './evidence.suite.ts'

export type Tally = {
  readonly cases: number
  readonly byStatus: Record<string, number>
  readonly byReason: Record<string, number>
  /** Cases whose decisive check is inclusion or anchor, or that pass every check. */
  readonly reached: number
  /** `anchored` verdicts that say anything but what honest evidence says: each is a bug. */
  readonly falseAnchored: readonly number[]
  /** Verdicts by the catch-all of the verifier, and exceptions: each is a bug. */
  readonly faults: readonly string[]
}

type File = string | Uint8Array
type Files = Record<string, File>
type Random = (below: number) => number

type Honest = {
  readonly did: string
  readonly files: Readonly<Record<string, string>>
  /** Files that decide about the product, with how often each kind is chosen. */
  readonly targets: readonly string[]
  readonly donors: readonly string[]
  verify(files: Files): Promise<Verdict>
  isTrue(verdict: Verdict): boolean
}

/** Runs cases `from` up to `to` (excluded). */
export async function runMutations(from: number, to: number): Promise<Tally> {
  const honest = await createHonest()
  const byStatus: Record<string, number> = {}
  const byReason: Record<string, number> = {}
  const falseAnchored: number[] = []
  const faults: string[] = []
  let reached = 0
  for (let seed = from; seed < to; seed++) {
    try {
      const verdict = await honest.verify(mutate(honest, seed))
      const decisive = decisiveCheck(verdict)
      const isWhole = verdict.status === 'anchored'
      const reason = isWhole ? 'anchored' : `${decisive?.check} ${decisive?.reason}`
      byStatus[verdict.status] = (byStatus[verdict.status] ?? 0) + 1
      byReason[reason] = (byReason[reason] ?? 0) + 1
      if (isWhole || decisive?.check === 'inclusion' || decisive?.check === 'anchor') reached++
      if (isWhole && !honest.isTrue(verdict)) falseAnchored.push(seed)
      if (verdict.checks.some((check) => check.reason === 'check.fault')) {
        faults.push(`${seed}: ${decisive?.text}`)
      }
    } catch (error) {
      faults.push(`${seed}: ${String(error)}`)
    }
  }
  return { cases: to - from, byStatus, byReason, reached, falseAnchored, faults }
}

async function createHonest(): Promise<Honest> {
  const { world, product, issuer, events } = await createStandardWorld()
  const other = await createProduct(issuer.did, 'W2')
  const event = await createTestEvent({
    issuer: issuer.did,
    key: 'windowco 1',
    products: [other.did],
    minute: 72,
  })
  publishEvent(world, event)
  await appendEvents(other, 'W2', [event], 90)
  publishLog(world, other)
  anchorBatch(world, { minute: 95, products: [other] })
  const files = { ...world.files }
  const own = [
    product.scid,
    issuer.scid,
    ...events.map((each) => canonicalize(each.proof.proofValue).slice(1, 20)),
  ]
  const isOwn = (url: string): boolean =>
    own.some((name) => url.includes(name) || files[url]?.includes(name) === true)
  const log = didToUrl(product.did)
  const witness = `${BASE}${product.scid}/witness.json`
  const others = Object.keys(files).filter((url) => isOwn(url) && url !== log && url !== witness)
  const policy = parsePolicy({ chains: [{ id: CHAIN, registry: REGISTRY }] })
  const readers = [createMemoryReader(world.chain)]
  const verify = (given: Files): Promise<Verdict> =>
    verifyProduct(product.did, {
      policy,
      readers,
      now: at(120),
      sources: [createMemorySource(given)],
    })
  const truth = await verify(files)
  const said = new Map(
    truth.events.map(({ digest, issuer: by, claimed }) => [digest, canonicalize([by, claimed])]),
  )
  const versions = new Set(truth.entries.map(({ versionId }) => versionId))
  return {
    did: product.did,
    files,
    // The proof file and the log decide most, so they are hit most.
    targets: [...Array(4).fill(witness), ...Array(3).fill(log), ...others],
    donors: Object.keys(files),
    verify,
    isTrue: ({ product: found, events: shown }) =>
      versions.has(found?.versionId ?? '') &&
      shown.every(({ digest, disclosed, issuer: by, claimed }) =>
        disclosed ? said.get(digest) === canonicalize([by, claimed]) : said.has(digest),
      ),
  }
}

/** The files of case `seed`: one to three mutations. */
function mutate(honest: Honest, seed: number): Files {
  const random = createRandom(seed)
  const files: Files = { ...honest.files }
  for (let left = 1 + random(3); left > 0; left--) {
    const url = pick(honest.targets, random)
    const text = files[url]
    if (typeof text !== 'string') continue
    files[url] =
      seed % 2 === 0 ? mutateBytes(text, random) : mutateStructure(honest, url, text, random)
  }
  if (seed % 8 === 7) rehash(honest, files)
  return files
}

function mutateBytes(text: string, random: Random): File {
  const bytes = encodeUtf8(text)
  const at = random(Math.max(1, bytes.length))
  switch (random(6)) {
    case 0:
      return bytes.slice(0, at)
    case 1:
      return Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + 1 + random(8))])
    case 2:
      return Uint8Array.from([...bytes.slice(0, at), random(256), ...bytes.slice(at)])
    default:
      return bytes.with(at, (bytes[at] ?? 0) ^ (1 << random(8)))
  }
}

function mutateStructure(honest: Honest, url: string, text: string, random: Random): string {
  if (random(12) === 0) return honest.files[pick(honest.donors, random)] ?? '' // A whole file of other evidence.
  const lines = text.trimEnd().split('\n')
  if (url.endsWith('.jsonl') && random(4) === 0) return mutateLines(honest, lines, random)
  const index = random(lines.length)
  try {
    const value = JSON.parse(lines[index] ?? '') as Json
    const donor = JSON.parse(
      (honest.files[pick(honest.donors, random)] ?? '').split('\n', 1)[0] ?? '',
    ) as Json
    lines[index] = canonicalize(mutateValue(value, donor, random))
  } catch {
    lines[index] = '{}' // What an earlier mutation broke stays broken.
  }
  return lines.map((line) => (url.endsWith('.jsonl') ? `${line}\n` : line)).join('')
}

function mutateLines(honest: Honest, lines: string[], random: Random): string {
  const index = random(lines.length)
  const donors = honest.donors.filter((url) => url.endsWith('.jsonl'))
  const foreign = pick((honest.files[pick(donors, random)] ?? '').trimEnd().split('\n'), random)
  const changed = [
    () => lines.toSpliced(index, 1),
    () => lines.toSpliced(index, 0, lines[index] ?? ''),
    () => lines.toSpliced(index, 1, foreign),
    () => [...lines, foreign],
    () => lines.toReversed(),
    () => lines.slice(0, index + 1),
  ]
  return pick(changed, random)()
    .map((line) => `${line}\n`)
    .join('')
}

/** Changes one place somewhere inside a JSON value. */
function mutateValue(value: Json, donor: Json, random: Random): Json {
  const isLeaf = typeof value !== 'object' || value === null
  if (isLeaf || random(5) === 0) return replaceValue(value, donor, random)
  if (Array.isArray(value)) {
    if (value.length === 0) return [somewhere(donor, random)]
    const index = random(value.length)
    const list = value as readonly Json[]
    if (random(6) === 0) return list.toSpliced(index, 1)
    if (random(6) === 0) return list.toSpliced(index, 0, pick(list, random))
    return list.with(index, mutateValue(list[index] ?? null, donor, random))
  }
  const members = Object.entries(value)
  if (members.length === 0) return { added: somewhere(donor, random) }
  const index = random(members.length)
  const [name, inner] = members[index] ?? ['', null]
  if (random(8) === 0) return Object.fromEntries(members.toSpliced(index, 1))
  if (random(8) === 0) return Object.fromEntries([...members, [pick(ODD_NAMES, random), inner]])
  return Object.fromEntries(members.with(index, [name, mutateValue(inner, donor, random)]))
}

const ODD_NAMES = ['__proto__', 'toJSON', 'constructor', '', 'id', 'proof', 'anchors', 'controller']
const ODD_VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e21,
  2 ** 53 - 1,
  '',
  '0',
  [],
  {},
  'did:key:z6Mk',
  '1-Qm',
]

function replaceValue(value: Json, donor: Json, random: Random): Json {
  const roll = random(5)
  if (roll === 0) return pick(ODD_VALUES, random)
  if (roll === 1) return somewhere(donor, random)
  if (typeof value === 'number') return value + (random(2) === 0 ? 1 : -1)
  if (typeof value === 'string' && value.length > 0) {
    const index = random(value.length)
    const letter = pick([...'0123456789abcdefzQm:-T'], random)
    return `${value.slice(0, index)}${letter}${value.slice(index + 1)}`
  }
  return somewhere(donor, random)
}

/** Some value inside other honest evidence. */
function somewhere(donor: Json, random: Random): Json {
  let value = donor
  while (typeof value === 'object' && value !== null && random(4) !== 0) {
    const inner: readonly Json[] = Array.isArray(value) ? value : Object.values(value)
    if (inner.length === 0) break
    value = pick(inner, random)
  }
  return value
}

/** Makes the hash chain of the log fit again, and lets a proof of one leaf claim the tip: only keys and chain are left. */
function rehash(honest: Honest, files: Files): void {
  const url = didToUrl(honest.did)
  const log = files[url]
  if (typeof log !== 'string') return
  try {
    let previous = honest.did.split(':')[2] ?? ''
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line, index) => {
        const { proof, ...entry } = JSON.parse(line) as JsonObject & { proof: Json }
        const text = canonicalize({ ...entry, versionId: previous })
        previous = `${index + 1}-${encodeBase58btc(encodeMultihash(sha256(text)))}`
        return `${canonicalize({ ...entry, versionId: previous, proof })}\n`
      })
    files[url] = lines.join('')
    const witnessUrl = url.replace('did.jsonl', 'witness.json')
    const witness = JSON.parse(String(files[witnessUrl])) as { proofs: JsonObject[] }
    const root = formatHash(entryLeafHash(lines.at(-1) ?? ''))
    const own = {
      ...witness.proofs[0],
      versionId: previous,
      leafIndex: 0,
      treeSize: 1,
      path: [],
      root,
    }
    files[witnessUrl] = canonicalize({
      ...witness,
      proofs: [...witness.proofs, own],
    } as unknown as Json)
  } catch {
    // What is no JSON any more cannot be made to fit.
  }
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[random(list.length)] as T
}

/** Mulberry32: small, fast, and the same everywhere. */
function createRandom(seed: number): Random {
  let state = (seed + 1) * 0x9e3779b9
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (((mixed ^ (mixed >>> 14)) >>> 0) % below) | 0
  }
}
