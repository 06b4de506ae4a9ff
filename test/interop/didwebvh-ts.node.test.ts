// did:webvh beside the npm package didwebvh-ts 2.8: logs made here resolve there, logs made there resolve here, for
// every operation that both have. Where the two differ, the test says which side the text of v1.0 supports.
import { sign, verify } from 'node:crypto'
import {
  canonicalize,
  createLocalSigner,
  createProof,
  encodeBase58btc,
  encodeDidKey,
  encodeMultihash,
  type JsonObject,
  type LocalSigner,
  sha256,
} from '@dpp/core'
import {
  appendEntry,
  type CreateLogOptions,
  createLog,
  endLog,
  formatWitnessProofs,
  hashKey,
  type LogHead,
  moveDocument,
  resolveLog,
  toDidWeb,
  verifyLog,
  witnessDocument,
} from '@dpp/webvh'
import * as peer from 'didwebvh-ts'
import { describe, expect, it, vi } from 'vitest'

// Imported under NODE_ENV=test, the peer writes every log that it touches into ./test/logs.
vi.hoisted(() => vi.stubEnv('NODE_ENV', 'production'))
vi.unstubAllEnvs() // It looks once; other test files share the process.

// The peer's declarations leave out file extensions, which NodeNext does not resolve: the few that are used, by hand.
type PeerLog = { readonly versionId: string; readonly [name: string]: unknown }[]
type PeerVerifier = {
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): Promise<boolean>
}
type PeerSigner = {
  getVerificationMethodId(): string
  sign(input: { document: unknown; proof: object }): Promise<{ proofValue: string }>
}

const key = (n: number): LocalSigner => createLocalSigner(new Uint8Array(32).fill(n))
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1) + second * 1000)
const spki = Buffer.from('302a300506032b6570032100', 'hex')
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const witness = { threshold: 1, witnesses: [{ id: encodeDidKey(key(51).publicKey) }] }

/** The peer's verifier interface over node:crypto, which shares no code with ours. */
const verifier: PeerVerifier = {
  verify: async (signature, message, publicKey) =>
    verify(
      null,
      message,
      { key: Buffer.concat([spki, publicKey]), format: 'der', type: 'spki' },
      signature,
    ),
}

function peerSigner(n: number): PeerSigner {
  const privateKey = {
    key: Buffer.concat([pkcs8, new Uint8Array(32).fill(n)]),
    format: 'der',
    type: 'pkcs8',
  } as const
  return {
    getVerificationMethodId: () => key(n).verificationMethod,
    async sign({ document, proof }) {
      const signature = sign(null, await peer.prepareDataForSigning(document, proof), privateKey)
      return { proofValue: peer.multibaseEncode(signature, peer.MultibaseEncoding.BASE58_BTC) }
    },
  }
}

const parsePeer = (text: string): PeerLog =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const formatPeer = (log: PeerLog): string =>
  log.map((entry) => `${JSON.stringify(entry)}\n`).join('')

/** A document without the services that the peer adds. */
function withoutServices(document: object | null): object {
  const { service: _, ...rest } = { service: undefined, ...document }
  return rest
}

async function ours(parameters: JsonObject = {}, options: Partial<CreateLogOptions> = {}) {
  const base = {
    domain: 'example.com',
    signer: key(1),
    versionTime: at(0),
    document: { controller: 'did:web:a.example' },
  }
  return createLog({
    ...base,
    ...options,
    parameters: { updateKeys: [key(1).multikey], ...parameters },
  })
}

async function then(
  text: string,
  head: LogHead,
  n: number,
  parameters: JsonObject,
  document?: JsonObject,
) {
  const next = await appendEntry(head, {
    parameters,
    document,
    signer: key(n),
    versionTime: at(head.versionNumber),
  })
  return { text: text + next.line, head: next.head }
}

describe('logs made here resolve there', () => {
  async function expectSame(text: string, witnessFile?: string): Promise<void> {
    const { head, error } = verifyLog(text, { witnessFile })
    expect(error).toBeUndefined()
    const witnessProofs =
      witnessFile === undefined ? {} : { witnessProofs: JSON.parse(witnessFile) }
    const theirs = await peer.resolveDIDFromLog(parsePeer(text), { verifier, ...witnessProofs })
    expect(theirs.did).toBe(head?.did)
    expect(theirs.meta.versionId).toBe(head?.versionId)
    expect(theirs.meta.error).toBeUndefined()
    const mine = resolveLog(head?.did ?? '', text, { witnessFile })
    expect(withoutServices(theirs.doc)).toEqual(withoutServices(mine.didDocument))
    expect(theirs.meta.deactivated).toBe(head?.parameters.deactivated)
  }

  it('create, with and without a path', async () => {
    await expectSame((await ours()).line)
    await expectSame((await ours({}, { path: ['.well-known', 'did', '{SCID}'], port: 8443 })).line)
  })

  it('update, services, watchers, ttl', async () => {
    const { line, head } = await ours({ watchers: ['https://w.example/'], ttl: 60 })
    const service = [{ id: '#a', type: 'A', serviceEndpoint: 'https://a.example/' }]
    const second = await then(line, head, 1, { watchers: [] }, { ...head.document, service })
    await expectSame(second.text)
  })

  it('key rotation and several update keys', async () => {
    const { line, head } = await ours({ updateKeys: [key(1).multikey, key(2).multikey] })
    const second = await then(line, head, 2, { updateKeys: [key(3).multikey] })
    await expectSame((await then(second.text, second.head, 3, {})).text)
  })

  it('pre-rotation, with a recovery key that takes over', async () => {
    const hash = (n: number): string => hashKey(key(n).multikey)
    const { line, head } = await ours({ nextKeyHashes: [hash(2), hash(9)] })
    const second = await then(line, head, 2, {
      updateKeys: [key(2).multikey],
      nextKeyHashes: [hash(3), hash(9)],
    })
    const third = await then(second.text, second.head, 9, {
      updateKeys: [key(9).multikey],
      nextKeyHashes: [],
    })
    await expectSame(third.text)
    expect(await peer.deriveNextKeyHash(key(2).multikey)).toBe(hash(2))
  })

  it('a portable move', async () => {
    const { line, head } = await ours({ portable: true })
    await expectSame(
      (await then(line, head, 1, {}, moveDocument(head, { domain: 'example.org' }))).text,
    )
  })

  it('deactivation, and the two steps out of pre-rotation', async () => {
    const plain = await ours()
    const [last] = await endLog(plain.head, {
      as: 'deactivated',
      signer: key(1),
      versionTime: at(1),
    })
    await expectSame(plain.line + last?.line)
    const rotating = await ours({ nextKeyHashes: [hashKey(key(2).multikey)] })
    const end = {
      as: 'closed',
      signer: key(2),
      updateKey: key(2).multikey,
      versionTime: at(1),
    } as const
    const steps = await endLog(rotating.head, end)
    await expectSame(rotating.line + steps.map(({ line }) => line).join(''))
  })

  it('witnesses', async () => {
    const { line, head } = await ours({ witness })
    const second = await then(line, head, 1, { witness: {} })
    const { versionId } = second.head
    const proof = await createProof(witnessDocument(versionId), { signer: key(51), created: at(1) })
    await expectSame(second.text, formatWitnessProofs([{ versionId, proof: [proof] }]))
    await expect(
      peer.resolveDIDFromLog(parsePeer(second.text), { verifier, witnessProofs: [] }),
    ).rejects.toThrow()
  })

  it('the parallel did:web document', async () => {
    const { did, head } = await ours({}, { path: ['dids'] })
    const theirs = peer.generateParallelDidWeb(did, structuredClone(head.document))
    const mine = toDidWeb(head.document)
    expect(withoutServices(mine)).toEqual(withoutServices(theirs))
  })
})

describe('logs made there resolve here', () => {
  const signer = peerSigner(1)
  const updateKeys = [key(1).multikey]
  const create = (options: object = {}) =>
    peer.createDID({
      domain: 'example.com',
      signer,
      verifier,
      updateKeys,
      verificationMethods: [{ type: 'Multikey', publicKeyMultibase: key(7).multikey }],
      created: at(0).toISOString().replace('.000', ''),
      ...options,
    })

  function expectSame(
    made: { did: string; doc: object; log: PeerLog },
    witnessFile?: string,
  ): void {
    const result = resolveLog(made.did, formatPeer(made.log), { witnessFile })
    expect(result.didResolutionMetadata.error).toBeUndefined()
    expect(result.didDocumentMetadata.versionId).toBe(made.log.at(-1)?.versionId)
    if (result.didDocumentMetadata.deactivated) expect(result.didDocument).toBeNull()
    else expect(result.didDocument).toEqual(made.doc)
  }

  it('create, update, services, watchers, rotation', async () => {
    const first = await create({ paths: ['dids', 'a'], watchers: ['https://w.example/'] })
    expectSame(first)
    const services = [{ id: '#a', type: 'A', serviceEndpoint: 'https://a.example/' }]
    const second = await peer.updateDID({
      log: first.log,
      signer,
      verifier,
      services,
      updateKeys: [key(2).multikey],
    })
    expectSame(second)
    expectSame(
      await peer.updateDID({ log: second.log, signer: peerSigner(2), verifier, watchers: [] }),
    )
  })

  it('pre-rotation', async () => {
    const hash = (n: number): string => hashKey(key(n).multikey)
    const first = await create({ nextKeyHashes: [hash(2)] })
    expectSame(first)
    const next = { updateKeys: [key(2).multikey], nextKeyHashes: [hash(3)] }
    expectSame(await peer.updateDID({ log: first.log, signer: peerSigner(2), verifier, ...next }))
  })

  it('a portable move', async () => {
    const first = await create({ portable: true })
    const moved = await peer.updateDID({ log: first.log, signer, verifier, domain: 'example.org' })
    expectSame(moved)
    expect(resolveLog(first.did, formatPeer(moved.log)).didDocument).toMatchObject({
      id: moved.did,
    })
  })

  it('deactivation', async () => {
    const first = await create()
    expectSame(await peer.deactivateDID({ log: first.log, signer, verifier }))
  })

  it('witnesses', async () => {
    const first = await create({ witness })
    const { versionId } = first.log[0] as PeerLog[number]
    const witnessSignersByDid = { [witness.witnesses[0]?.id ?? '']: peerSigner(51) }
    const proofs = await peer.signWitnessProofEntry({
      versionId,
      witnesses: witness.witnesses,
      witnessSignersByDid,
    })
    expectSame(first, JSON.stringify([proofs]))
    expect(resolveLog(first.did, formatPeer(first.log)).didResolutionMetadata.error).toBe(
      'invalidDid',
    )
  })

  it('an internationalised domain and a port', async () => {
    expectSame(await create({ domain: 'xn--jp-cd2fp15c.xn--fsq.jp:8443' }))
  })
})

describe('where the two differ', () => {
  const resolvesThere = (text: string, options: object = {}) =>
    peer.resolveDIDFromLog(parsePeer(text), { verifier, ...options })

  /** Both answers to a log that is signed and hashed rightly: the peer's did, and our error code. */
  async function answers(
    first: string,
    changes: { parameters?: JsonObject; state?: JsonObject; extra?: JsonObject },
    n = 1,
  ) {
    const head = verifyLog(first).head as LogHead
    const entry = {
      versionTime: at(head.versionNumber).toISOString().replace('.000', ''),
      parameters: changes.parameters ?? {},
      state: changes.state ?? head.document,
      ...changes.extra,
    }
    const unsigned = peerVersionId(entry, head)
    const proof = await createProof(unsigned, { signer: key(n), created: at(head.versionNumber) })
    const text = `${first}${JSON.stringify({ ...unsigned, proof: [proof] })}\n`
    const theirs = await resolvesThere(text).then(
      ({ meta }: { meta: { versionId: string } }) => meta.versionId,
      () => 'refused',
    )
    return {
      theirs: theirs === unsigned.versionId ? 'accepted' : theirs,
      ours: verifyLog(text).error?.code,
      text,
    }
  }

  function peerVersionId(entry: JsonObject, head: LogHead): JsonObject & { versionId: string } {
    const hash = encodeBase58btc(
      encodeMultihash(sha256(canonicalize({ ...entry, versionId: head.versionId }))),
    )
    return { ...entry, versionId: `${head.versionNumber + 1}-${hash}` }
  }

  it('an entry after deactivation: the text refuses it ("no further updates to the DID are permitted")', async () => {
    const { line } = await ours({ deactivated: true })
    const { ours: mine } = await answers(line, {})
    expect(mine).toBe('ERR_DPP_LOG_DEACTIVATED')
  })

  it('pre-rotation without nextKeyHashes: the text refuses it ("both MUST be present … in every subsequent entry")', async () => {
    const { line } = await ours({ nextKeyHashes: [hashKey(key(2).multikey)] })
    const result = await answers(line, { parameters: { updateKeys: [key(2).multikey] } }, 2)
    expect(result).toMatchObject({ theirs: 'accepted', ours: 'ERR_DPP_LOG_PREROTATION' })
  })

  it('portable: true in a later entry: the text refuses it ("regardless of historical state")', async () => {
    const { line } = await ours({ portable: true })
    const result = await answers(line, { parameters: { portable: true } })
    expect(result).toMatchObject({ theirs: 'accepted', ours: 'ERR_DPP_LOG_PORTABILITY' })
  })

  it('a move without the old DID in alsoKnownAs: the text refuses it', async () => {
    const { line, did, head } = await ours({ portable: true })
    const state = { ...head.document, id: did.replace('example.com', 'example.org') }
    expect(await answers(line, { state })).toMatchObject({
      theirs: 'accepted',
      ours: 'ERR_DPP_LOG_PORTABILITY',
    })
  })

  it('unknown parameters and entry properties: the text refuses parameters that it does not define', async () => {
    const { line } = await ours()
    expect(await answers(line, { parameters: { x: 1 } })).toMatchObject({
      theirs: 'accepted',
      ours: 'ERR_DPP_LOG_PARAMETER',
    })
    expect(await answers(line, { extra: { x: 1 } })).toMatchObject({
      theirs: 'accepted',
      ours: 'ERR_DPP_LOG_SYNTAX',
    })
  })

  it('versionTime equal to an entry: the text makes that entry the active one', async () => {
    const { line, did, head } = await ours()
    const second = await then(line, head, 1, { ttl: 1 })
    const theirs = await resolvesThere(second.text, { versionTime: at(1) })
    expect(theirs.meta.error).toBe('notFound')
    expect(resolveLog(did, second.text, { versionTime: at(1) }).didDocumentMetadata.versionId).toBe(
      second.head.versionId,
    )
  })

  it('an earlier version of a deactivated DID: the text asks for deactivated: true in its metadata', async () => {
    const { line, did, head } = await ours()
    const [last] = await endLog(head, { as: 'deactivated', signer: key(1), versionTime: at(1) })
    const text = line + last?.line
    expect((await resolvesThere(text, { versionNumber: 1 })).meta.deactivated).toBe(false)
    expect(resolveLog(did, text, { versionNumber: 1 }).didDocumentMetadata).toMatchObject({
      deactivated: true,
    })
  })

  it('the peer deactivates under pre-rotation in one step: the text needs two', async () => {
    const { line } = await ours({ nextKeyHashes: [hashKey(key(2).multikey)] })
    const made = await peer.deactivateDID({ log: parsePeer(line), signer: peerSigner(1), verifier })
    expect(verifyLog(formatPeer(made.log)).error?.code).toBe('ERR_DPP_LOG_PREROTATION')
  })
})
