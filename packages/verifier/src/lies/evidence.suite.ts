// A small honest world for the tests: issuers, a product with its events, batches, a chain. Every signature, log entry,
// tree and file is real and made by the packages that make them in production; only the chain is a snapshot.
import {
  buildTree,
  compareHashes,
  entryLeafHash,
  formatBatchFile,
  formatHash,
  formatWitnessFile,
  type InclusionProof,
  inclusionPath,
  mergeProof,
  treeRoot,
  type WitnessFile,
} from '@dpp/anchor'
import {
  canonicalize,
  createEvent,
  createLocalSigner,
  digitalLink,
  eventDigest,
  type JsonObject,
  type LocalSigner,
  manufactureEvent,
  type SecuredEvent,
  sha256,
  signEvent,
} from '@dpp/core'
import {
  appendDigests,
  appendEntry,
  createLog,
  createProductDocument,
  didToUrl,
  hashKey,
  type LogHead,
  PRODUCT_PATH,
} from '@dpp/webvh'
import type { ChainSnapshot } from '../chain/memory-reader.ts'

export const CHAIN = 'eip155:31337'
export const REGISTRY = '0x489f88bde0e4649bf30a06e62409be513e257b9c'
export const RELAYER = '0x00000000000000000000000000000000000000aa'
export const BASE = 'https://dpp.windowco.example/.well-known/did/'

/** A time on the day that the world begins. */
export function at(minutes: number): Date {
  return new Date(Date.UTC(2026, 10, 2, 10, minutes))
}

export function signerOf(name: string): LocalSigner {
  return createLocalSigner(sha256(`test key ${name}`))
}

/** A log that grows, with every key it may be signed by. */
export type TestLog = { did: string; scid: string; head: LogHead; lines: string[] }

/** Creates an issuer whose `#key-1` is the key of that name. */
export async function createIssuer(domain: string, key: string, minute = 0): Promise<TestLog> {
  const owner = signerOf(`${domain} update`)
  const { did, scid, line, head } = await createLog({
    domain,
    document: issuerDocument(signerOf(key)),
    parameters: { updateKeys: [owner.multikey] },
    signer: owner,
    versionTime: at(minute),
  })
  return { did, scid, head, lines: [line] }
}

/** Gives the issuer's `#key-1` another key, or none. */
export async function rotateIssuer(
  issuer: TestLog,
  domain: string,
  key: string,
  minute: number,
): Promise<void> {
  const document = JSON.parse(
    JSON.stringify(issuerDocument(signerOf(key)))
      .replaceAll('{SCID}', issuer.scid)
      .replaceAll('did:webvh:DOMAIN', issuer.did),
  ) as JsonObject
  const { line, head } = await appendEntry(issuer.head, {
    document: { ...document, id: issuer.did },
    signer: signerOf(`${domain} update`),
    versionTime: at(minute),
  })
  issuer.head = head
  issuer.lines.push(line)
}

function issuerDocument(signer: LocalSigner): JsonObject {
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    verificationMethod: [
      { id: '#key-1', type: 'Multikey', controller: '', publicKeyMultibase: signer.multikey },
    ],
    assertionMethod: ['#key-1'],
  }
}

/** Creates a product under delegated control. */
export async function createProduct(
  controller: string,
  serial: string,
  minute = 1,
): Promise<TestLog> {
  const owner = signerOf(`${serial} owner`)
  const { did, scid, line, head } = await createLog({
    domain: 'dpp.windowco.example',
    path: [...PRODUCT_PATH],
    document: createProductDocument({
      domain: 'dpp.windowco.example',
      digitalLink: digitalLink({ gtin: '09521234500018', serial }),
      controller,
    }),
    parameters: {
      portable: true,
      ttl: 60,
      updateKeys: [owner.multikey],
      nextKeyHashes: [serviceHash(serial, 2), recoveryHashOf(serial)],
    },
    signer: owner,
    versionTime: at(minute),
  })
  return { did, scid, head, lines: [line] }
}

/** Appends one entry with these events, signed by the service. */
export async function appendEvents(
  product: TestLog,
  serial: string,
  events: readonly SecuredEvent[],
  minute: number,
): Promise<void> {
  const number = product.head.versionNumber + 1
  const service = signerOf(`${serial} service ${number}`)
  const { line, head } = await appendEntry(product.head, {
    document: appendDigests(product.head.document, events.map(eventDigest)),
    parameters: {
      updateKeys: [service.multikey],
      nextKeyHashes: [serviceHash(serial, number + 1), recoveryHashOf(serial)],
    },
    signer: service,
    versionTime: at(minute),
  })
  product.head = head
  product.lines.push(line)
}

function serviceHash(serial: string, number: number): string {
  return hashKey(signerOf(`${serial} service ${number}`).multikey)
}

function recoveryHashOf(serial: string): string {
  return hashKey(signerOf(`${serial} recovery`).multikey)
}

export type EventParts = {
  readonly issuer: string
  readonly key: string
  readonly products: readonly string[]
  readonly minute: number
  readonly corrects?: string
  readonly id?: string
}

/** Signs a manufacture event. */
export async function createTestEvent({
  issuer,
  key,
  products,
  minute,
  corrects,
  id,
}: EventParts): Promise<SecuredEvent> {
  const signer = createLocalSigner(sha256(`test key ${key}`), {
    verificationMethod: issuer.startsWith('did:key:')
      ? signerOf(key).verificationMethod
      : `${issuer}#key-1`,
  })
  const subject = manufactureEvent({
    products,
    eventTime: at(minute),
    timeZoneOffset: '+01:00',
    items: [digitalLink({ gtin: '09521234500018', serial: 'W1' })],
    eventId: `urn:uuid:00000000-0000-4000-8000-${String(minute).padStart(12, '0')}`,
    ...(corrects === undefined ? {} : { corrects }),
  })
  const event = createEvent({
    issuer: { id: issuer },
    subject,
    validFrom: at(minute),
    id: id ?? `urn:uuid:00000000-0000-4000-9000-${String(minute).padStart(12, '0')}`,
  })
  return signEvent(event, signer, { created: at(minute) })
}

/** The published files and the chain. */
export type World = {
  files: Record<string, string>
  chain: { -readonly [Name in keyof ChainSnapshot]: ChainSnapshot[Name] } & {
    roots: Record<string, ChainSnapshot['roots'][string]>
  }
  witnesses: Map<string, WitnessFile>
}

export function createWorld(): World {
  return {
    files: {},
    chain: { id: CHAIN, registry: REGISTRY, finalized: 1000, roots: {} },
    witnesses: new Map(),
  }
}

/** Publishes a product's log as it stands. */
export function publishLog(world: World, log: TestLog): void {
  world.files[didToUrl(log.did)] = log.lines.join('')
}

export function publishEvent(world: World, event: SecuredEvent): string {
  const digest = eventDigest(event)
  world.files[`${BASE}events/${digest}.json`] = canonicalize(event)
  return digest
}

export type BatchOptions = {
  readonly minute: number
  readonly products: readonly TestLog[]
  readonly issuers?: readonly TestLog[]
  readonly anchorer?: string
  /** False: the proofs are published, and the chain does not hold the root. */
  readonly onChain?: boolean
}

/** Anchors the newest entry of each log in one batch and publishes every proof file. Returns the root. */
export function anchorBatch(
  world: World,
  { minute, products, issuers = [], ...options }: BatchOptions,
): string {
  const anchorer = options.anchorer ?? RELAYER
  // Three more leaves, so that paths have a length.
  const padding = [1, 2, 3].map((n) => sha256(`padding ${minute} ${n}`))
  const logs = [...products, ...issuers]
  const leafOf = (log: TestLog): Uint8Array => entryLeafHash(log.lines.at(-1) ?? '')
  const leaves = [...logs.map(leafOf), ...padding].sort(compareHashes)
  const tree = buildTree(leaves)
  const root = formatHash(treeRoot(tree))
  const batchId = String(Object.keys(world.chain.roots).length)
  const block = 100 + minute
  const time = at(minute)
  if (options.onChain !== false) {
    world.chain.roots[batchId] = { root, anchorer, time: time.getTime() / 1000, block }
  }
  const anchor = {
    type: 'evm-registry' as const,
    chain: CHAIN,
    registry: REGISTRY,
    anchorer,
    batchId,
    transactionHash: formatHash(sha256(`transaction ${root}`)),
    block: {
      number: String(block),
      hash: formatHash(sha256(`block ${block}`)),
      timestamp: time.toISOString().replace('.000Z', 'Z'),
    },
  }
  for (const log of logs) {
    const index = leaves.findIndex((leaf) => compareHashes(leaf, leafOf(log)) === 0)
    const proof: InclusionProof = {
      versionId: log.head.versionId,
      leafIndex: index,
      treeSize: leaves.length,
      path: inclusionPath(tree, index).map(formatHash),
      root,
      anchors: [anchor],
    }
    const file = mergeProof(world.witnesses.get(log.scid), proof, log.scid)
    world.witnesses.set(log.scid, file)
    const isIssuer = issuers.includes(log)
    world.files[`${BASE}${isIssuer ? 'issuers/' : ''}${log.scid}/witness.json`] =
      formatWitnessFile(file)
    if (isIssuer) world.files[`${BASE}issuers/${log.scid}/did.jsonl`] = log.lines.join('')
  }
  const entries = leaves.map((leaf, index) => {
    const log = logs.find((each) => compareHashes(leafOf(each), leaf) === 0)
    return {
      versionId: log?.head.versionId ?? `1-Qm${String(index).padEnd(44, '1').replaceAll('0', 'z')}`,
      parent: log === undefined || log.head.versionNumber === 1 ? null : versionIdBefore(log),
      leafHash: formatHash(leaf),
    }
  })
  world.files[`${BASE}batches/${root.slice(2)}.json`] = formatBatchFile({
    type: 'DppBatch',
    version: 1,
    root,
    treeSize: leaves.length,
    entries,
    anchors: [anchor],
  })
  return root
}

function versionIdBefore(log: TestLog): string {
  const entry = JSON.parse(log.lines.at(-2) ?? '{}') as { versionId: string }
  return entry.versionId
}

/** The world that most tests begin with: one product, two events in two batches, one issuer that controls it. */
export async function createStandardWorld(): Promise<{
  world: World
  issuer: TestLog
  product: TestLog
  events: SecuredEvent[]
}> {
  const world = createWorld()
  const issuer = await createIssuer('windowco.example', 'windowco 1')
  const product = await createProduct(issuer.did, 'W1')
  publishLog(world, issuer)
  const events: SecuredEvent[] = []
  for (const [index, minute] of [10, 70].entries()) {
    const event = await createTestEvent({
      issuer: issuer.did,
      key: 'windowco 1',
      products: [product.did],
      minute,
    })
    events.push(event)
    publishEvent(world, event)
    await appendEvents(product, 'W1', [event], minute + 10)
    publishLog(world, product)
    anchorBatch(world, {
      minute: minute + 20,
      products: [product],
      issuers: index === 0 ? [issuer] : [],
    })
  }
  return { world, issuer, product, events }
}
