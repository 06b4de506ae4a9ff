// did:webvh beside didwebvh-ts 2.8, once with the verifier its documentation shows (pure JavaScript) and once with
// node:crypto behind its verifier interface: create, resolve, append. Trust the ratios.
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createLocalSigner, type JsonObject, type LocalSigner } from '@dpp/core'
import { appendEntry, createLog, hashKey, type LogHead, verifyLog } from '@dpp/webvh'
import { verifyAsync } from '@noble/ed25519'
import * as peer from 'didwebvh-ts'
import { compare, medianOf, type Result } from './compare.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 7)
const lengths = [1, 10, 100, 1000]
const bare = 'the bare signatures, node:crypto'
const withNode = 'didwebvh-ts, node:crypto'
const withNoble = 'didwebvh-ts, documented verifier'

/** Runs the benchmark. */
export async function run(): Promise<Result[]> {
  const log = await makeLog(1000)
  const results = [await compareCreating()]
  for (const length of lengths) results.push(await compareResolving(log, length))
  results.push(await compareRotating())
  const appending: Result[] = []
  for (const length of lengths) appending.push(await compareAppending(log, length))
  return [...results, ...promiseFlat(appending), measureMemory(log)]
}

async function compareCreating(): Promise<Result> {
  const signer = createLocalSigner(seed(1))
  const document = documentOf('did:webvh:{SCID}:example.com')
  const options = {
    domain: 'example.com',
    document,
    signer,
    parameters: { updateKeys: [signer.multikey] },
  }
  const theirs = {
    domain: 'example.com',
    didDocument: document,
    updateKeys: [signer.multikey],
    signer: peerSigner(1),
  }
  return compare(
    'create a DID',
    {
      '@dpp/webvh': async () => void (await createLog({ ...options, versionTime: time(1) })),
      [withNode]: async () => void (await peer.createDID({ ...theirs, verifier: nodeVerifier })),
      [withNoble]: async () => void (await peer.createDID({ ...theirs, verifier: nobleVerifier })),
    },
    { rounds, unit: 'DID' },
  )
}

async function compareResolving(log: MadeLog, length: number): Promise<Result> {
  const text = log.lines.slice(0, length).join('')
  const checks = bareChecks(length, 1)
  const result = await compare(
    `resolve ${length} entries signed by one key`,
    {
      '@dpp/webvh': () => verifyWhole(log.did, text, length),
      [bare]: () => runChecks(checks),
      [withNode]: async () =>
        void (await peer.resolveDIDFromLog(parse(text), { verifier: nodeVerifier })),
      [withNoble]: async () =>
        void (await peer.resolveDIDFromLog(parse(text), { verifier: nobleVerifier })),
    },
    { rounds, unit: 'entry', units: length },
  )
  if (length < 1000) return result
  const own = medianOf(result, '@dpp/webvh')
  const owed = [
    atLeast(
      8,
      medianOf(result, withNoble) / own,
      'as fast as didwebvh-ts with its documented verifier',
    ),
    atLeast(1.6, medianOf(result, withNode) / own, 'as fast as didwebvh-ts with node:crypto'),
    atMost(1.5, own / medianOf(result, bare), 'the bare cost of the signatures'),
  ]
  return { ...result, owed }
}

// Every call resolves a log whose keys were never seen before: the tests of new keys are part of the work.
async function compareRotating(): Promise<Result> {
  const fresh: MadeLog[] = []
  for (let n = 0; n < Math.max(rounds + 1, 6); n += 1)
    fresh.push(await makeLog(1000, (n + 1) * 10_000))
  const checks = bareChecks(1000, 10_000)
  let next = 0
  const result = await compare(
    'resolve 1000 entries, a new key in each (pre-rotation)',
    {
      '@dpp/webvh': () => {
        const { did, lines } = fresh[next++ % fresh.length] as MadeLog
        verifyWhole(did, lines.join(''), 1000)
      },
      [bare]: () => runChecks(checks),
    },
    { rounds, unit: 'entry', units: 1000, minMs: 1 },
  )
  const ratio = medianOf(result, '@dpp/webvh') / medianOf(result, bare)
  return { ...result, owed: [atMost(2.8, ratio, 'the bare cost of the signatures')] }
}

async function compareAppending({ lines, heads }: MadeLog, length: number): Promise<Result> {
  const signer = createLocalSigner(seed(1))
  const head = heads[length - 1] as LogHead
  const log = parse(lines.slice(0, length).join(''))
  const updated = time(length + 1).toISOString()
  const theirs = { signer: peerSigner(1), verifier: nodeVerifier, updated }
  return compare(
    `append to ${length} entries`,
    {
      '@dpp/webvh': async () =>
        void (await appendEntry(head, { signer, versionTime: time(length + 1) })),
      [withNode]: async () => void (await peer.updateDID({ log, ...theirs })),
    },
    { rounds, unit: 'entry' },
  )
}

function promiseFlat(results: readonly Result[]): Result[] {
  const own = results.map((result) => medianOf(result, '@dpp/webvh') / 1000)
  const [first = Number.NaN, last = Number.NaN] = [own[0], own.at(-1)]
  const growth = atMost(1.5, last / first, 'the time at 1 entry')
  const holds = last < 0.5
  const owed = [growth, { promise: 'under 0.5 ms', measured: `${last.toFixed(3)} ms`, holds }]
  return results.map((result, index) =>
    index === results.length - 1 ? { ...result, owed } : result,
  )
}

function measureMemory({ did, lines }: MadeLog): Result {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const perByte = [100, 1000].map((length) => {
    const text = lines.slice(0, length).join('')
    collect()
    const before = process.memoryUsage().heapUsed
    const report = verifyLog(text, { did })
    collect()
    const bytes = process.memoryUsage().heapUsed - before
    return report.versions.length === length ? bytes / text.length : Number.NaN
  })
  const [small = Number.NaN, large = Number.NaN] = perByte
  return {
    title: 'memory of a verified log of 1000 entries',
    unit: 'byte of the log',
    rows: [],
    owed: [atMost(8, large, `its size (at 100 entries ${small.toFixed(1)} times)`)],
  }
}

function atLeast(times: number, measured: number, what: string): Owed {
  return {
    promise: `at least ${times} times ${what}`,
    measured: measured.toFixed(2),
    holds: measured >= times,
  }
}

function atMost(times: number, measured: number, what: string): Owed {
  return {
    promise: `at most ${times} times ${what}`,
    measured: measured.toFixed(2),
    holds: measured <= times,
  }
}

type Owed = NonNullable<Result['owed']>[number]
type MadeLog = { readonly did: string; readonly lines: string[]; readonly heads: LogHead[] }

/** A log by one key, or with keys numbered from `firstKey` under pre-rotation, a new one in each entry. */
async function makeLog(length: number, firstKey?: number): Promise<MadeLog> {
  const signerOf = (n: number): LocalSigner =>
    createLocalSigner(seed(firstKey === undefined ? 1 : firstKey + n))
  const listsOf = (n: number): JsonObject =>
    firstKey === undefined
      ? {}
      : { updateKeys: [signerOf(n).multikey], nextKeyHashes: [hashKey(signerOf(n + 1).multikey)] }
  const first = await createLog({
    domain: 'example.com',
    document: documentOf('did:webvh:{SCID}:example.com'),
    parameters: { updateKeys: [signerOf(1).multikey], ...listsOf(1) },
    signer: signerOf(1),
    versionTime: time(1),
  })
  const made: MadeLog = { did: first.did, lines: [first.line], heads: [first.head] }
  for (let n = 2, { head } = first; n <= length; n += 1) {
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

function verifyWhole(did: string, text: string, length: number): void {
  const { versions, error } = verifyLog(text, { did })
  if (error !== undefined || versions.length !== length)
    throw error ?? new Error('versions are missing')
}

type BareCheck = {
  readonly key: KeyObject
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** Signatures over 64 bytes, as an entry's proof has them, by keys that are imported beforehand. */
function bareChecks(count: number, firstKey: number): BareCheck[] {
  return Array.from({ length: count }, (_, index) => {
    const privateKey = createPrivateKey(pkcs8(firstKey === 1 ? 1 : firstKey + index))
    const message = Buffer.alloc(64, index % 251)
    return { key: createPublicKey(privateKey), message, signature: sign(null, message, privateKey) }
  })
}

function runChecks(checks: readonly BareCheck[]): void {
  for (const { key, message, signature } of checks) {
    if (!verify(null, message, key, signature)) throw new Error('a signature does not hold')
  }
}

// The peer's declarations leave out file extensions, which NodeNext does not resolve: the few that are used, by hand.
type PeerLog = { readonly versionId: string; readonly [name: string]: unknown }[]
type PeerVerifier = {
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): Promise<boolean>
}
type PeerSigner = {
  getVerificationMethodId(): string
  sign(input: { document: unknown; proof: object }): Promise<{ proofValue: string }>
}

const importedKeys = new Map<string, KeyObject>()

/** node:crypto at its best: each key is imported once. */
const nodeVerifier: PeerVerifier = {
  verify: async (signature, message, publicKey) =>
    verify(null, message, importKey(publicKey), signature),
}

const nobleVerifier: PeerVerifier = {
  verify: (signature, message, publicKey) => verifyAsync(signature, message, publicKey),
}

function importKey(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString('base64url')
  const key =
    importedKeys.get(x) ??
    createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
  importedKeys.set(x, key)
  return key
}

function peerSigner(n: number): PeerSigner {
  const { verificationMethod } = createLocalSigner(seed(n))
  const privateKey = createPrivateKey(pkcs8(n))
  return {
    getVerificationMethodId: () => verificationMethod,
    async sign({ document, proof }) {
      const signature = sign(null, await peer.prepareDataForSigning(document, proof), privateKey)
      return { proofValue: peer.multibaseEncode(signature, peer.MultibaseEncoding.BASE58_BTC) }
    },
  }
}

function parse(text: string): PeerLog {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function pkcs8(n: number): { key: Buffer; format: 'der'; type: 'pkcs8' } {
  const key = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed(n)])
  return { key, format: 'der', type: 'pkcs8' }
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
  const publicKeyMultibase = createLocalSigner(seed(1)).multikey
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id,
    verificationMethod: [
      { id: `${id}#key-1`, type: 'Multikey', controller: id, publicKeyMultibase },
    ],
    authentication: [`${id}#key-1`],
    assertionMethod: [`${id}#key-1`],
    service: [{ id: `${id}#files`, type: 'relativeRef', serviceEndpoint: 'https://example.com/' }],
  }
}
