// What dpp-verify does, without the process around it: files, network and clock come in, text and exit code go out.
import { DppError, decodeUtf8, isDppError, type Json, parseStrict } from '@dpp/core'
import type { VerifyOptions } from '../context.ts'
import { verifierError } from '../errors.ts'
import { createPack, createPackReaders, type EvidencePack, openPack } from '../pack.ts'
import type { Verdict, VerdictStatus } from '../verdict/verdict.ts'
import { verifyEvent } from '../verify-event.ts'
import { verifyProduct } from '../verify-product.ts'
import { askChains } from './endpoints.ts'
import type { FoundProducts } from './find-products.ts'
import { type CliOptions, readOptions, usage } from './options.ts'
import { formatLine, formatReport } from './report.ts'
import {
  type Access,
  createVerifyOptions,
  readersOf,
  readPolicy,
  type Settings,
} from './verify-options.ts'

export type World = Access & {
  writeFile(path: string, bytes: Uint8Array): Promise<void>
  /** The products in a folder; undefined where it is no folder. */
  findProducts(folder: string): FoundProducts | undefined
  /** Verifies many products, on several threads. */
  verifyMany(
    dids: readonly string[],
    settings: Settings,
    threads: number | undefined,
  ): AsyncIterable<Verdict>
  readonly color: boolean
  out(text: string): void
  err(text: string): void
}

const exitCodes: Readonly<Record<VerdictStatus, number>> = {
  anchored: 0,
  invalid: 1,
  pending: 3,
  indeterminate: 4,
}

const USAGE = 2

/** Runs one verification, or many, and answers with the exit code. */
export async function run(args: readonly string[], world: World): Promise<number> {
  const options = readOptions(args)
  if ('help' in options) {
    world.out(`${usage}\n`)
    return 0
  }
  if ('fault' in options) {
    world.err(`dpp-verify: ${options.fault}\n\n${usage}\n`)
    return USAGE
  }
  try {
    const many = await findMany(options, world)
    if (many !== undefined && (options.packFile ?? options.receiptFile) !== undefined) {
      world.err('dpp-verify: --write-pack and --receipt are for one product\n')
      return USAGE
    }
    if (many !== undefined) return await reportMany(many, options, world)
    const verdict = await verify(options, world)
    // An option that would change nothing was meant to change something.
    if ('fault' in verdict) {
      world.err(`dpp-verify: ${verdict.fault}\n`)
      return USAGE
    }
    const { language, json } = options
    world.out(
      json
        ? `${JSON.stringify(verdict, undefined, 2)}\n`
        : formatReport(verdict, { language, color: world.color }),
    )
    return exitCodes[verdict.status]
  } catch (error) {
    // A policy, a file or an option that cannot be used: nothing was verified.
    if (!isDppError(error) && !isSystemError(error)) throw error
    world.err(`dpp-verify: ${error.message}\n`)
    return USAGE
  }
}

async function verify(options: CliOptions, world: World): Promise<Verdict | { fault: string }> {
  const { subject, receiptFile, packFile } = options
  const settings = await readSettings(options, world)
  if (subject.startsWith('did:')) {
    if (receiptFile !== undefined) return { fault: '--receipt is for an event' }
    return verifyDid(subject, await createVerifyOptions(settings, world), options, settings, world)
  }
  if (packFile !== undefined) return { fault: '--write-pack wants the DID of a product' }
  const bytes = await readFile(subject, world)
  if (isZip(bytes)) {
    if (receiptFile !== undefined) return { fault: '--receipt is for an event' }
    return verifyPack(openPack(bytes), settings, world)
  }
  if (!isObject(bytes)) throw nothingIn(subject)
  const receipt = await readJson(receiptFile, world)
  return verifyEvent(bytes, {
    ...(await createVerifyOptions(settings, world)),
    ...(receipt === undefined ? {} : { receipt }),
  })
}

async function readSettings(options: CliOptions, world: World): Promise<Settings> {
  const { quorum, resolve, asOf, policyFile } = options
  const policy = await readJson(policyFile, world)
  naming(policyFile, () => readPolicy({ policy }))
  const endpoints = await askChains(options.endpoints, world.fetch)
  return { endpoints, quorum, resolve, asOf, policy }
}

async function verifyDid(
  did: string,
  verifyOptions: VerifyOptions,
  { packFile }: CliOptions,
  { policy }: Settings,
  world: World,
): Promise<Verdict> {
  if (packFile === undefined) return verifyProduct(did, verifyOptions)
  const { bytes, verdict } = await createPack(did, {
    ...verifyOptions,
    ...(policy === undefined ? {} : { policyFile: policy }),
  })
  await world.writeFile(packFile, bytes)
  return verdict
}

/** A pack brings all files; the chain is read where there is an endpoint, and otherwise the bundles under trusted blocks. */
async function verifyPack(pack: EvidencePack, settings: Settings, world: World): Promise<Verdict> {
  // Its own policy would let the pack's maker decide whom to believe: it has to be asked for by extracting it.
  const policy = readPolicy(settings)
  const online = readersOf(settings, policy, world)
  return verifyProduct(pack.did, {
    policy,
    sources: [pack.source],
    readers: [...online, ...createPackReaders(pack, policy)],
    ...(settings.asOf === undefined ? {} : { asOf: settings.asOf }),
  })
}

type Many = Pick<FoundProducts, 'dids' | 'folders' | 'unreadable'>

/** The products of a folder or of a list of DIDs, where the subject is one. */
async function findMany({ subject }: CliOptions, world: World): Promise<Many | undefined> {
  if (subject.startsWith('did:')) return undefined
  const found = world.findProducts(subject)
  if (found !== undefined) {
    const { dids, others, unreadable } = found
    for (const path of unreadable) world.err(`dpp-verify: ${path} is no log that can be read\n`)
    if (others > 0) {
      world.err(`dpp-verify: ${others} logs left out: mirrors of issuers, or not of products\n`)
    }
    if (dids.length === 0)
      throw verifierError('ERR_DPP_FILE_MISSING', `no log of a product lies in ${subject}`)
    return found
  }
  const text = await world.readFile(subject)
  if (text === undefined || !isList(text)) return undefined
  const dids = decodeUtf8(text)
    .split(/\s+/)
    .filter((line) => line !== '')
  return { dids, folders: {}, unreadable: [] }
}

/** One line for each product as it is known, then how many there are of each status. */
async function reportMany(
  { dids, folders, unreadable }: Many,
  options: CliOptions,
  world: World,
): Promise<number> {
  const { language, json, threads } = options
  const settings = await readSettings(options, world)
  const given = { ...settings, resolve: { ...folders, ...settings.resolve } }
  // What nobody can read may be a product's log: it counts as unknown.
  const counts = { anchored: 0, pending: 0, indeterminate: unreadable.length, invalid: 0 }
  for await (const verdict of world.verifyMany(dids, given, threads)) {
    counts[verdict.status]++
    world.out(
      json ? `${JSON.stringify(verdict)}\n` : formatLine(verdict, { language, color: world.color }),
    )
  }
  const shown = Object.entries(counts).map(([status, count]) => `${count} ${status}`)
  world.err(`dpp-verify: ${dids.length + unreadable.length} products: ${shown.join(', ')}\n`)
  const worst = (['invalid', 'indeterminate', 'pending'] as const).find(
    (status) => counts[status] > 0,
  )
  return exitCodes[worst ?? 'anchored']
}

async function readJson(path: string | undefined, world: World): Promise<Json | undefined> {
  if (path === undefined) return undefined
  const bytes = await readFile(path, world)
  return naming(path, () => parseStrict(bytes))
}

/** Of several files that were named, a person has to be told which one is wrong. */
function naming<T>(path: string | undefined, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!isDppError(error)) throw error
    throw new DppError(error.code, `${path}: ${error.message}`, { cause: error })
  }
}

async function readFile(path: string, world: World): Promise<Uint8Array> {
  const bytes = await world.readFile(path)
  if (bytes === undefined) throw noFile(path)
  return bytes
}

/** No right to read a file, no folder to write one to, no space. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b // "PK"
}

// What is no JSON object at all is the wrong file, not an event that cannot be trusted.
function isObject(bytes: Uint8Array): boolean {
  return /^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 256)))
}

function isList(bytes: Uint8Array): boolean {
  return bytes[0] === 0x64 && bytes[1] === 0x69 && bytes[2] === 0x64 // "did"
}

function noFile(path: string): Error {
  return verifierError('ERR_DPP_FILE_MISSING', `there is no file ${path}`)
}

function nothingIn(path: string): Error {
  return verifierError(
    'ERR_DPP_FILE_MISSING',
    `${path} holds no event, no evidence pack and no list of DIDs`,
  )
}
