// @dpp/core against its peers: sign, verify, canonicalize, parse, and what hostile input costs.
import crypto from 'node:crypto'
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey'
import {
  createSignCryptosuite,
  createVerifyCryptosuite,
} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite'
import {
  addProof,
  assembleEvent,
  canonicalize,
  createEvent,
  createLocalSigner,
  decodeBase58btc,
  digitalLink,
  ed25519Backends,
  encodeMultibase,
  encodeUtf8,
  isDppError,
  isJsonObject,
  type JsonObject,
  type LocalSigner,
  parseEvent,
  parseStrict,
  type SecuredEvent,
  signEvent,
  verifyDocument,
  verifyEd25519,
  verifyEd25519Many,
  verifyEvent,
  verifyEvents,
} from '@dpp/core'
import * as noble from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import canonicalizePeer from 'canonicalize'
import { canonicalize as jsonCanonicalize } from 'json-canonicalize'
import { compare, medianOf, type Result } from './compare.ts'

const eventCount = 1000
const keyCount = 16

/** All comparisons, in the order of the table. */
export async function run(): Promise<Result[]> {
  noble.hashes.sha512 = sha512
  const signers = Array.from({ length: keyCount }, (_, i) =>
    createLocalSigner(crypto.createHash('sha256').update(`bench ${i}`).digest()),
  )
  const events = await Promise.all(
    Array.from({ length: eventCount }, (_, i) =>
      makeEvent(i, signers[i % keyCount] as LocalSigner),
    ),
  )
  return [
    await benchEvents(events, signers),
    await benchVerify(signers[0] as LocalSigner),
    await benchSign(),
    await benchDocuments(events[0] as SecuredEvent, signers[0] as LocalSigner),
    await benchCanonicalize(events[0] as SecuredEvent),
    await benchParse(events[0] as SecuredEvent),
    benchHostile(),
  ]
}

async function makeEvent(index: number, signer: LocalSigner): Promise<SecuredEvent> {
  const serial = String(index).padStart(6, '0')
  const scid = 'QmNSSkYkuBCtMBTKsGcaUMpYpGbBsDHnkWcqBPuXyzabcd'
  const subject = assembleEvent({
    parent: digitalLink({ gtin: '09521234500018', serial: `W26-${serial}` }),
    children: [
      digitalLink({ gtin: '09521234500025', serial: `G26-${serial}` }),
      digitalLink({ gtin: '09521234500032', serial: `F26-${serial}` }),
    ],
    readPoint: 'https://id.gs1.org/414/9521234000037',
    products: ['a', 'b', 'c'].map(
      (kind) => `did:webvh:${scid}${kind}:dpp.windowco.example:.well-known:did:${scid}${kind}`,
    ),
    eventTime: new Date('2026-11-02T14:05:00Z'),
    timeZoneOffset: '+01:00',
  })
  const issuer = { id: signer.verificationMethod.split('#')[0] as string, name: 'WindowCo AG' }
  const event = createEvent({ issuer, subject, validFrom: new Date('2026-11-02T14:05:03Z') })
  return await signEvent(event, signer, { created: new Date('2026-11-02T14:05:03Z') })
}

/** The figure that matters: whole events, against the bare signatures in them. */
async function benchEvents(
  events: readonly SecuredEvent[],
  signers: readonly LocalSigner[],
): Promise<Result> {
  const bodies = events.map((event) => encodeUtf8(JSON.stringify(event)))
  const keys = events.map((_, i) => (signers[i % keyCount] as LocalSigner).publicKey)
  const parsed = events.map((event) => parseEvent(event))
  const keyObjects = signers.map((signer) => importKey(signer.publicKey))
  const key = (i: number): Uint8Array => keys[i] as Uint8Array
  // As a stranger may send them: other orders of members, on several lines.
  const foreign = events.map((event) => encodeUtf8(JSON.stringify(reversed(event), null, 1)))
  const verifyAll =
    (backend: 'node:crypto' | 'native', texts: readonly Uint8Array[]) => (): void => {
      for (let i = 0; i < eventCount; i++) {
        const event = parseEvent(texts[i])
        must(verifyEvent(event, key(i), { backend }).verified)
      }
    }
  const result = await compare(
    `verify ${eventCount} signed events of ${bodies[0]?.length} bytes, ${keyCount} keys: parse, canonicalize, hash, signature`,
    {
      'bare node:crypto signatures': () => {
        parsed.forEach(({ message, signature }, i) => {
          must(
            crypto.verify(null, message, keyObjects[i % keyCount] as crypto.KeyObject, signature),
          )
        })
      },
      '@dpp/core, one thread, node:crypto': verifyAll('node:crypto', bodies),
      '@dpp/core, one thread, node:crypto, not canonical': verifyAll('node:crypto', foreign),
      '@dpp/core, all cores, node:crypto': async () => {
        // As a server does: requests of 100 events, each verified while the next is parsed.
        const requests = []
        for (let from = 0; from < eventCount; from += 100) {
          const items = bodies
            .slice(from, from + 100)
            .map((body, i) => ({ event: parseEvent(body), publicKey: key(from + i) }))
          requests.push(verifyEvents(items, { backend: 'node:crypto' }))
        }
        const verdicts = await Promise.all(requests)
        must(verdicts.flat().every(({ verified }) => verified))
      },
      ...(ed25519Backends().includes('sodium-native')
        ? { '@dpp/core, one thread, sodium-native': verifyAll('native', bodies) }
        : {}),
    },
    { units: eventCount, unit: 'event' },
  )
  const one = medianOf(result, '@dpp/core, one thread, node:crypto')
  const ratio = one / medianOf(result, 'bare node:crypto signatures')
  const speedup = one / medianOf(result, '@dpp/core, all cores, node:crypto')
  return {
    ...result,
    owed: [
      {
        promise: 'one thread costs at most 1.35 times bare signatures',
        measured: ratio.toFixed(2),
        holds: ratio <= 1.35,
      },
      {
        promise: 'two cores reach at least 1.5 times one thread',
        measured: speedup.toFixed(2),
        holds: speedup >= 1.5,
      },
    ],
  }
}

/** The same value with all members in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(([name, member]) => [name, reversed(member)])
  return Object.fromEntries(members.reverse())
}

async function benchVerify({ publicKey, sign }: LocalSigner): Promise<Result> {
  const messages = Array.from({ length: 64 }, (_, i) => crypto.randomBytes(64).fill(i, 0, 1))
  const signatures = await Promise.all(messages.map((message) => sign(message)))
  const keyObject = importKey(publicKey)
  const each = (verify: (message: Uint8Array, signature: Uint8Array) => boolean) => (): void => {
    messages.forEach((message, i) => {
      must(verify(message, signatures[i] as Uint8Array))
    })
  }
  const items = messages.map((message, i) => ({
    publicKey,
    message,
    signature: signatures[i] as Uint8Array,
  }))
  const backends = ed25519Backends().map((backend) => [
    `@dpp/core, ${backend}`,
    each((message, signature) => verifyEd25519(publicKey, message, signature, { backend })),
  ])
  return await compare(
    'verify a signature over 64 bytes, known key',
    {
      'node:crypto as is': each((message, signature) =>
        crypto.verify(null, message, keyObject, signature),
      ),
      '@noble/ed25519 as is': each((message, signature) =>
        noble.verify(signature, message, publicKey),
      ),
      ...Object.fromEntries(backends),
      '@dpp/core, many at once': async () => must((await verifyEd25519Many(items)).every(Boolean)),
    },
    { units: messages.length, unit: 'signature' },
  )
}

async function benchSign(): Promise<Result> {
  const seed = crypto.randomBytes(32)
  const signer = createLocalSigner(seed)
  const message = crypto.randomBytes(64)
  const privateKey = crypto.createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  })
  return await compare('sign 64 bytes', {
    'node:crypto as is': () => void crypto.sign(null, message, privateKey),
    '@noble/ed25519 as is': () => void noble.sign(message, seed),
    '@dpp/core': async () => void (await signer.sign(message)),
  })
}

async function benchDocuments(event: SecuredEvent, signer: LocalSigner): Promise<Result> {
  const { proof: _, ...unsigned } = event
  const seed = crypto.createHash('sha256').update('bench 0').digest()
  const key = await Ed25519Multikey.from({
    type: 'Multikey',
    id: signer.verificationMethod,
    controller: signer.verificationMethod.split('#')[0],
    publicKeyMultibase: signer.multikey,
    secretKeyMultibase: encodeSecret(seed),
  })
  const created = new Date('2026-11-02T14:05:03Z')
  const peerSign = async (): Promise<JsonObject> => {
    const suite = new DataIntegrityProof({
      signer: key.signer(),
      date: created,
      cryptosuite: createSignCryptosuite(),
    })
    const proof = await suite.createProof({
      document: unsigned,
      purpose,
      documentLoader,
      proofSet: [],
    })
    return { ...unsigned, proof }
  }
  const purpose = {
    update: (proof: object) => ({ ...proof, proofPurpose: 'assertionMethod' }),
    validate: () => ({ valid: true }),
  }
  const documentLoader = (): never => {
    throw new Error('no network')
  }
  const verifySuite = new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() })
  verifySuite.getVerificationMethod = async () =>
    await Ed25519Multikey.from({
      type: 'Multikey',
      id: signer.verificationMethod,
      controller: key.controller,
      publicKeyMultibase: signer.multikey,
    })
  const peer = '@digitalbazaar/eddsa-jcs-2022-cryptosuite'
  const secured = await peerSign()
  must(verifyDocument(secured, { publicKeyOf: () => signer.publicKey }).verified)
  return await compare('eddsa-jcs-2022: sign, then verify, one event in memory', {
    '@dpp/core sign': async () =>
      void (await addProof(unsigned as unknown as JsonObject, { signer, created })),
    [`${peer} sign`]: async () => void (await peerSign()),
    '@dpp/core verify': () =>
      must(verifyDocument(event, { publicKeyOf: () => signer.publicKey }).verified),
    [`${peer} verify`]: async () => {
      // The peer compares contexts with !==, so an inline one must be the same object in proof and document.
      const { proof, ...rest } = event as unknown as JsonObject & { proof: JsonObject }
      const document = { ...rest, '@context': proof['@context'] }
      const result = await verifySuite.verifyProof({
        proof,
        proofSet: [proof],
        document,
        purpose,
        documentLoader,
      })
      must(result.verified)
    },
  })
}

async function benchCanonicalize(event: SecuredEvent): Promise<Result> {
  const result = await compare('canonicalize a signed event in memory', {
    '@dpp/core (checks each value)': () => void canonicalize(event),
    'JSON.stringify (neither sorts nor checks)': () => void JSON.stringify(event),
    'json-canonicalize': () => void jsonCanonicalize(event),
    canonicalize: () => void canonicalizePeer(event),
  })
  const ratio =
    medianOf(result, 'json-canonicalize') / medianOf(result, '@dpp/core (checks each value)')
  return {
    ...result,
    owed: [
      {
        promise: 'faster than json-canonicalize',
        measured: `${ratio.toFixed(2)} times`,
        holds: ratio > 1,
      },
    ],
  }
}

async function benchParse(event: SecuredEvent): Promise<Result> {
  const bytes = encodeUtf8(JSON.stringify(event))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  return await compare(`parse ${bytes.length} bytes`, {
    '@dpp/core parseStrict': () => void parseStrict(bytes),
    'JSON.parse(TextDecoder), unchecked': () => void JSON.parse(decoder.decode(bytes)),
    '@dpp/core parseEvent (whole envelope and digests)': () => void parseEvent(bytes),
  })
}

/** Worst cases; each must end in a coded error within 20 ms. */
function benchHostile(): Result {
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  let bush: unknown = 'leaf'
  for (let i = 0; i < 60; i++) bush = [bush, bush]
  let deep: unknown = 0
  for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { a: deep }
  const values: { readonly [name: string]: unknown } = {
    undefined: { a: undefined },
    'toJSON function': { toJSON: () => 1 },
    BigInt: { a: 1n },
    Map: new Map([[1, 2]]),
    Date: new Date(0),
    'sparse array of 4e9': new Array(4_000_000_000),
    cycle: cyclic,
    'bush of 2^60 shared leaves': bush,
    '100,000 levels in memory': deep,
    '50,000 times one long string': Array.from({ length: 50_000 }, () => 'x'.repeat(1000)),
    'lone surrogate after 1 MB': `${'é'.repeat(500_000)}\ud800`,
    '65,537 members': Object.fromEntries(Array.from({ length: 65_537 }, (_, i) => [`${i}x`, i])),
  }
  const texts: { readonly [name: string]: string } = {
    'text of 100,000 levels': '['.repeat(100_000),
    'text of 1 MB of backslashes': `"${'\\'.repeat(1_000_000)}`,
    'text of 500,000 elements': `[${'0,'.repeat(500_000)}0]`,
    'text with a duplicate after 30,000 members': `{${Array.from({ length: 30_000 }, (_, i) => `"${i}":0`).join()},"0":1}`,
    'text with a lone surrogate after 1 MB': `["${'é'.repeat(500_000)}\\ud800"]`,
    'text of 1 MB of blanks': ' '.repeat(1_048_576),
    'text of one number of 1 MB': '1'.repeat(1_000_000),
  }
  const cases = [
    ...Object.entries(values).map(([name, value]) => ({ name, attack: () => canonicalize(value) })),
    ...Object.entries(texts).map(([name, text]) => ({ name, attack: () => parseStrict(text) })),
    { name: '1 MB of base58', attack: () => decodeBase58btc('z'.repeat(1_000_000)) },
  ]
  const rows = cases.map(({ name, attack }) => ({
    name,
    medianMicros: timeOfError(attack),
    ratio: Number.NaN,
  }))
  const worst = Math.max(...rows.map(({ medianMicros }) => medianMicros))
  return {
    title: 'hostile input: time until the coded error, without warming up',
    unit: 'value',
    rows: rows.map((row) => ({ ...row, ratio: row.medianMicros / 20_000 })),
    owed: [
      {
        promise: 'each under 20 ms',
        measured: `${(worst / 1000).toFixed(1)} ms at worst`,
        holds: worst < 20_000,
      },
    ],
  }
}

/** The median of five attempts, the first of them cold. */
function timeOfError(attack: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    let code = 'no error'
    try {
      attack()
    } catch (error) {
      if (!isDppError(error)) throw error
      code = error.code
    }
    must(code !== 'no error')
    return (performance.now() - start) * 1000
  })
  return times.sort((a, b) => a - b)[2] as number
}

function importKey(publicKey: Uint8Array): crypto.KeyObject {
  const x = Buffer.from(publicKey).toString('base64url')
  return crypto.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

/** Multikey form of a secret key (multicodec 0x1300, as a varint), which only the peer wants. */
function encodeSecret(seed: Uint8Array): string {
  return encodeMultibase(Uint8Array.of(0x80, 0x26, ...seed))
}

function must(condition: boolean): void {
  if (!condition) throw new Error('a benchmark computed a wrong answer')
}
