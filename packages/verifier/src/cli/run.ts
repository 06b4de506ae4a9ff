// What dpp-verify does, without the process around it: files, network and clock come in, text and exit code go out.

import type { AnchorReader } from '@dpp/anchor'
import { createJsonRpc } from '@dpp/anchor/evidence'
import { isDppError, type Json, parseStrict } from '@dpp/core'
import type { VerifyOptions } from '../context.ts'
import { verifierError } from '../errors.ts'
import { createPack, createPackReaders, type EvidencePack, openPack } from '../pack.ts'
import { parsePolicy, type TrustPolicy } from '../policy.ts'
import { createProvenReader } from '../proofs.ts'
import { createFolderSource } from '../sources/folder-source.ts'
import type { EvidenceSource } from '../sources/source.ts'
import { createWebSource } from '../sources/web-source.ts'
import type { Verdict, VerdictStatus } from '../verdict/verdict.ts'
import { verifyEvent } from '../verify-event.ts'
import { verifyProduct } from '../verify-product.ts'
import { type CliOptions, readOptions, usage } from './options.ts'
import { formatReport } from './report.ts'

export type World = {
  readonly fetch: typeof globalThis.fetch
  /** Undefined where there is no such file. */
  readFile(path: string): Promise<Uint8Array | undefined>
  writeFile(path: string, bytes: Uint8Array): Promise<void>
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

/** Runs one verification and answers with the exit code. */
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
    const verdict = await verify(options, world)
    const { language, json } = options
    world.out(
      json
        ? `${JSON.stringify(verdict, undefined, 2)}\n`
        : formatReport(verdict, { language, color: world.color }),
    )
    return exitCodes[verdict.status]
  } catch (error) {
    // A policy, a file or an option that cannot be used: nothing was verified.
    if (!isDppError(error)) throw error
    world.err(`dpp-verify: ${error.message}\n`)
    return USAGE
  }
}

async function verify(options: CliOptions, world: World): Promise<Verdict> {
  const { subject, asOf } = options
  const policyFile = await readJson(options.policyFile, world)
  if (subject.startsWith('did:')) {
    const policy = parsePolicy(policyFile ?? {})
    const common = {
      policy,
      sources: [sourceOf(options, world)],
      readers: await readersOf(options, policy, world),
    }
    return verifyDid(
      subject,
      { ...common, ...(asOf === undefined ? {} : { asOf }) },
      options,
      policyFile,
      world,
    )
  }
  const bytes = await world.readFile(subject)
  if (bytes === undefined) throw noFile(subject)
  if (isZip(bytes)) return verifyPack(openPack(bytes), options, policyFile, world)
  const policy = parsePolicy(policyFile ?? {})
  const receipt = await readJson(options.receiptFile, world)
  return verifyEvent(bytes, {
    policy,
    sources: [sourceOf(options, world)],
    readers: await readersOf(options, policy, world),
    ...(asOf === undefined ? {} : { asOf }),
    ...(receipt === undefined ? {} : { receipt }),
  })
}

async function verifyDid(
  did: string,
  verifyOptions: VerifyOptions,
  { packFile }: CliOptions,
  policyFile: Json | undefined,
  world: World,
): Promise<Verdict> {
  if (packFile === undefined) return verifyProduct(did, verifyOptions)
  const { bytes, verdict } = await createPack(did, {
    ...verifyOptions,
    ...(policyFile === undefined ? {} : { policyFile }),
  })
  await world.writeFile(packFile, bytes)
  return verdict
}

/** A pack brings all files; the chain is read where there is an endpoint, and otherwise the bundles under trusted blocks. */
async function verifyPack(
  pack: EvidencePack,
  options: CliOptions,
  policyFile: Json | undefined,
  world: World,
): Promise<Verdict> {
  // Its own policy would let the pack's maker decide whom to believe: it has to be asked for by extracting it.
  const policy = parsePolicy(policyFile ?? {})
  const online = options.rpcUrls.length > 0 ? await readersOf(options, policy, world) : []
  return verifyProduct(pack.did, {
    policy,
    sources: [pack.source],
    readers: [...online, ...createPackReaders(pack, policy)],
    ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
  })
}

function sourceOf({ resolve }: CliOptions, { fetch, readFile }: World): EvidenceSource {
  const isUrl = ([, target]: [string, string]): boolean => /^https?:\/\//.test(target)
  const pairs = Object.entries(resolve)
  const folders = Object.fromEntries(pairs.filter((pair) => !isUrl(pair)))
  const web = createWebSource({ fetch, origins: Object.fromEntries(pairs.filter(isUrl)) })
  const local = createFolderSource({ folders, readFile })
  // A host that a folder stands for is never asked for over the network.
  return {
    read: (url, given) =>
      (Object.hasOwn(folders, new URL(url).host) ? local : web).read(url, given),
  }
}

/** One reader per chain: the endpoints say themselves which chain they serve. */
async function readersOf(
  { rpcUrls, quorum }: CliOptions,
  { chains }: TrustPolicy,
  { fetch }: World,
): Promise<AnchorReader[]> {
  const served = await Promise.all(
    rpcUrls.map(async (url) => ({ url, chain: await chainOf(url, fetch) })),
  )
  return [...new Set(chains.map(({ id }) => id))].flatMap((chain) => {
    // An endpoint that is out may serve any chain: it counts against the quorum, not for it.
    const urls = served
      .filter((each) => each.chain === chain || each.chain === undefined)
      .map(({ url }) => url)
    if (urls.length === 0) return []
    const own = chains.filter(({ id }) => id === chain)
    const codeHashes = own.flatMap(({ codeHash }) => codeHash ?? [])
    return createProvenReader({
      chain,
      urls,
      fetch,
      finality: own[0]?.finality ?? 'finalized',
      ...(quorum === undefined ? {} : { quorum }),
      ...(codeHashes.length === 0 ? {} : { codeHashes }),
    })
  })
}

async function chainOf(url: string, fetch: World['fetch']): Promise<string | undefined> {
  try {
    const id = await createJsonRpc(url, { fetch, timeoutMs: 5_000 }).request('eth_chainId', [])
    return `eip155:${Number(id)}`
  } catch (error) {
    if (isDppError(error)) return undefined
    throw error
  }
}

async function readJson(path: string | undefined, world: World): Promise<Json | undefined> {
  if (path === undefined) return undefined
  const bytes = await world.readFile(path)
  if (bytes === undefined) throw noFile(path)
  return parseStrict(bytes)
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b // "PK"
}

function noFile(path: string): Error {
  return verifierError('ERR_DPP_FILE_MISSING', `there is no file ${path}`)
}
