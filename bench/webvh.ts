// did:webvh beside didwebvh-ts: create, resolve, append. One run, interleaved rounds, medians; trust the ratios.
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { createLocalSigner, type JsonObject, type LocalSigner } from '@dpp/core'
import { appendEntry, createLog, hashKey, type LogHead, verifyLog } from '@dpp/webvh'
import { verifyAsync } from '@noble/ed25519'
import * as peer from 'didwebvh-ts'

// The peer's declarations leave out file extensions, which NodeNext does not resolve: the few that are used, by hand.
type PeerLog = { readonly versionId: string; readonly [name: string]: unknown }[]
type PeerVerifier = {
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): Promise<boolean>
}
type PeerSigner = {
  getVerificationMethodId(): string
  sign(input: { document: unknown; proof: object }): Promise<{ proofValue: string }>
}

const lengths = [1, 10, 100, 1000]
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)

/** Runs every comparison and prints one line each. */
export async function run(): Promise<void> {
  const oneKey = await makeLog(1000, false)
  const newKeys = await makeLog(1000, true)
  await compareCreate()
  for (const length of lengths) await compareResolve('one key', oneKey, length)
  for (const length of [100, 1000]) await compareResolve('new key per entry', newKeys, length)
  for (const length of lengths) await compareAppend(oneKey, length)
  measureMemory(oneKey)
}

type MadeLog = { did: string; lines: string[]; heads: LogHead[] }

async function makeLog(length: number, rotates: boolean): Promise<MadeLog> {
  const signerOf = (n: number): LocalSigner => createLocalSigner(seed(rotates ? n : 1))
  const listsOf = (n: number): JsonObject =>
    rotates
      ? { updateKeys: [signerOf(n).multikey], nextKeyHashes: [hashKey(signerOf(n + 1).multikey)] }
      : {}
  const first = await createLog({
    domain: 'example.com',
    document: documentOf('did:webvh:{SCID}:example.com'),
    parameters: { updateKeys: [signerOf(1).multikey], ...listsOf(1) },
    signer: signerOf(1),
    versionTime: time(1),
  })
  const made: MadeLog = { did: first.did, lines: [first.line], heads: [first.head] }
  for (let n = 2, head = first.head; n <= length; n += 1) {
    const next = await appendEntry(head, {
      parameters: listsOf(n),
      signer: signerOf(n),
      versionTime: time(n),
    })
    made.lines.push(next.line)
    made.heads.push(next.head)
    head = next.head
  }
  return made
}

async function compareCreate(): Promise<void> {
  const signer = createLocalSigner(seed(1))
  const document = documentOf('did:webvh:{SCID}:example.com')
  const own = {
    domain: 'example.com',
    document,
    parameters: { updateKeys: [signer.multikey] },
    signer,
  }
  const theirs = peerSigner(1)
  await report('create', {
    own: () => createLog({ ...own, versionTime: time(1) }),
    'didwebvh-ts, node:crypto': () =>
      peer.createDID({
        domain: 'example.com',
        didDocument: documentOf('did:webvh:{SCID}:example.com'),
        signer: theirs,
        verifier: nodeVerifier,
        updateKeys: [signer.multikey],
      }),
  })
}

async function compareResolve(
  name: string,
  { did, lines }: MadeLog,
  length: number,
): Promise<void> {
  const text = lines.slice(0, length).join('')
  const checks = bareChecks(text)
  const parsePeer = (): PeerLog =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  await report(`resolve ${length}, ${name}`, {
    own: () => {
      const result = verifyLog(text, { did })
      if (result.versions.length !== length) throw result.error
    },
    'bare signatures': () => {
      for (const { key, message, signature } of checks)
        if (!verify(null, message, key, signature)) throw new Error('bad')
    },
    'didwebvh-ts, node:crypto': () =>
      peer.resolveDIDFromLog(parsePeer(), { verifier: nodeVerifier }),
    'didwebvh-ts, noble': () => peer.resolveDIDFromLog(parsePeer(), { verifier: nobleVerifier }),
  })
}

async function compareAppend({ lines, heads }: MadeLog, length: number): Promise<void> {
  const signer = createLocalSigner(seed(1))
  const head = heads[length - 1]
  if (head === undefined) throw new Error('no such head')
  const log = lines.slice(0, length).map((line) => JSON.parse(line)) as PeerLog
  const theirs = peerSigner(1)
  await report(`append to ${length}`, {
    own: () => appendEntry(head, { signer, versionTime: time(length + 1) }),
    'didwebvh-ts, node:crypto': () =>
      peer.updateDID({
        log: structuredClone(log),
        signer: theirs,
        verifier: nodeVerifier,
        updated: time(length + 1).toISOString(),
      }),
  })
}

function measureMemory({ did, lines }: MadeLog): void {
  const sizes = [100, 1000].map((length) => {
    const text = lines.slice(0, length).join('')
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    const result = verifyLog(text, { did })
    globalThis.gc?.()
    return {
      length,
      ratio: (process.memoryUsage().heapUsed - before) / text.length,
      kept: result.versions.length,
    }
  })
  for (const { length, ratio } of sizes)
    console.log(`memory of ${length} entries: ${ratio.toFixed(1)} × the log's size`)
}

type Contender = () => unknown

async function report(title: string, contenders: Record<string, Contender>): Promise<void> {
  const medians = new Map<string, number>()
  const times = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, work] of Object.entries(contenders)) {
      const perCall = await measure(work)
      if (round > 0) times.get(name)?.push(perCall) // The first round warms up.
    }
  }
  for (const [name, list] of times)
    medians.set(name, list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN)
  const own = medians.get('own') ?? Number.NaN
  const texts = [...medians].map(
    ([name, ms]) => `${name} ${ms.toFixed(3)} ms (${(ms / own).toFixed(2)}×)`,
  )
  console.log(`${title}: ${texts.join(' · ')}`)
}

async function measure(work: Contender): Promise<number> {
  const start = performance.now()
  let calls = 0
  do {
    await work()
    calls += 1
  } while (performance.now() - start < 40)
  return (performance.now() - start) / calls
}

const keys = new Map<string, KeyObject>()

const nodeVerifier: PeerVerifier = {
  verify: async (signature, message, publicKey) =>
    verify(null, message, importKey(publicKey), signature),
}

const nobleVerifier: PeerVerifier = {
  verify: (signature, message, publicKey) => verifyAsync(signature, message, publicKey),
}

function importKey(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString('base64url')
  const known =
    keys.get(x) ?? createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
  keys.set(x, known)
  return known
}

/** The signatures of a log with everything else prepared: the least that any resolver must spend. */
function bareChecks(
  text: string,
): { key: KeyObject; message: Uint8Array; signature: Uint8Array }[] {
  return text
    .trim()
    .split('\n')
    .map((_, index) => {
      const key = createPrivateKey({ format: 'der', type: 'pkcs8', key: pkcs8(seed(1)) })
      const message = Buffer.alloc(64, index % 251)
      return { key: createPublicKey(key), message, signature: sign(null, message, key) }
    })
}

function peerSigner(n: number): PeerSigner {
  const { multikey } = createLocalSigner(seed(n))
  const key = createPrivateKey({ format: 'der', type: 'pkcs8', key: pkcs8(seed(n)) })
  return {
    getVerificationMethodId: () => `did:key:${multikey}#${multikey}`,
    async sign({ document, proof }) {
      const message = await peer.prepareDataForSigning(document, proof)
      return {
        proofValue: peer.multibaseEncode(
          sign(null, message, key),
          peer.MultibaseEncoding.BASE58_BTC,
        ),
      }
    },
  }
}

function pkcs8(key: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), key])
}

function seed(n: number): Uint8Array {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, n)
  return bytes
}

function time(second: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + second * 1000)
}

function documentOf(id: string): JsonObject {
  const key = {
    id: `${id}#key-1`,
    type: 'Multikey',
    controller: id,
    publicKeyMultibase: createLocalSigner(seed(1)).multikey,
  }
  const service = {
    id: `${id}#files`,
    type: 'relativeRef',
    serviceEndpoint: 'https://example.com/',
  }
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id,
    verificationMethod: [key],
    authentication: [`${id}#key-1`],
    assertionMethod: [`${id}#key-1`],
    service: [service],
  }
}
