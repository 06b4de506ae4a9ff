import { createLocalSigner, eventDigest, type JsonObject, type LocalSigner } from '@dpp/core'
import { describe, expect, it } from 'vitest'
import { appendEntry, endLog } from '../log/append-entry.ts'
import { createLog } from '../log/create-log.ts'
import { verifyLog } from '../log/log.ts'
import { hashKey } from '../log/update-key.ts'
import { verificationKey } from '../resolution/verification-key.ts'
import {
  assertRecoveryKept,
  delegatedEntryParameters,
  delegatedGenesisParameters,
  recoveryHash,
  takeoverParameters,
} from './delegated-control.ts'
import {
  appendDigests,
  createProductDocument,
  PRODUCT_PATH,
  parseEventsService,
} from './product-document.ts'
import { type ProductVersion, readEvents } from './product-events.ts'

const key = (n: number): LocalSigner => createLocalSigner(new Uint8Array(32).fill(n))
const hash = (n: number): string => hashKey(key(n).multikey)
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
const digest = (n: number): string => eventDigest({ n })
const [owner, recovery] = [key(1), key(2)]
const template = createProductDocument({
  domain: 'dpp.example.com',
  digitalLink: 'https://id.gs1.org/01/09521234500018/21/W26-000001',
  controller: 'did:web:windowco.example',
})

async function genesis() {
  const parameters = delegatedGenesisParameters(owner.multikey, {
    service: hash(11),
    recovery: hash(2),
  })
  const options = { domain: 'dpp.example.com', path: PRODUCT_PATH, document: template, parameters }
  return createLog({ ...options, signer: owner, versionTime: at(0) })
}

describe('createProductDocument', () => {
  it('has the explicit services and the layout of the specification page', async () => {
    const { did, scid, head } = await genesis()
    expect(did).toBe(`did:webvh:${scid}:dpp.example.com:.well-known:did:${scid}`)
    const base = `https://dpp.example.com/.well-known/did/${scid}/`
    expect(head.document).toMatchObject({
      alsoKnownAs: ['https://id.gs1.org/01/09521234500018/21/W26-000001'],
      controller: 'did:web:windowco.example',
      service: [
        { id: `${did}#files`, type: 'relativeRef', serviceEndpoint: base },
        { id: `${did}#whois`, serviceEndpoint: `${base}whois.vp` },
        { id: `${did}#passport`, serviceEndpoint: `${base}passport.json` },
        {
          id: `${did}#events`,
          serviceEndpoint: 'https://dpp.example.com/.well-known/did/events/',
          eventCount: 0,
          eventDigests: [],
        },
      ],
    })
    expect(head.parameters).toMatchObject({ portable: true, ttl: 60 })
  })

  it('writes the URLs of other layouts as the log has them', () => {
    const options = {
      domain: 'dpp.bücher.example',
      port: 8443,
      digitalLink: 'https://id.gs1.org/01/1/21/2',
      controller: 'did:web:b.example',
    }
    const { service } = createProductDocument({ ...options, layout: ['a b', 'x{SCID}', 'c'] })
    expect(service).toMatchObject([
      { serviceEndpoint: 'https://dpp.xn--bcher-kva.example:8443/a%20b/x{SCID}/c/' },
      {},
      {},
      { serviceEndpoint: 'https://dpp.xn--bcher-kva.example:8443/a%20b/events/' },
    ])
  })

  it('refuses what would not be a product', () => {
    const good = {
      domain: 'a.example',
      digitalLink: 'https://id.gs1.org/01/1/21/2',
      controller: 'did:web:b.example',
    }
    for (const bad of [{ digitalLink: 'x' }, { controller: 'x' }, { layout: ['products'] }]) {
      const make = () => createProductDocument({ ...good, ...bad })
      expect(make).toThrow(expect.objectContaining({ code: 'ERR_DPP_PRODUCT_DOCUMENT' }))
    }
  })
})

describe('product log under delegated control', () => {
  it('is appended to by the service, taken over by the owner, and closed', async () => {
    const { line, head } = await genesis()
    const lines = [line]
    let current = head
    for (const n of [2, 3, 4]) {
      const signer = key(n + 9)
      const next = { service: hash(n + 10), recovery: recoveryHash(current, signer.multikey) }
      const parameters = delegatedEntryParameters(signer.multikey, next)
      assertRecoveryKept(parameters, hash(2))
      const document = appendDigests(current.document, n === 3 ? [] : [digest(n), digest(n + 100)])
      const entry = await appendEntry(current, { document, parameters, signer, versionTime: at(n) })
      lines.push(entry.line)
      current = entry.head
    }
    const taken = await appendEntry(current, {
      parameters: takeoverParameters(recovery.multikey, [hash(3)]),
      signer: recovery,
      versionTime: at(5),
    })
    const closing = {
      as: 'closed',
      signer: key(3),
      updateKey: key(3).multikey,
      versionTime: at(6),
    } as const
    for (const entry of [taken, ...(await endLog(taken.head, closing))]) lines.push(entry.line)
    const report = verifyLog(lines.join(''))
    expect(report.error).toBeUndefined()
    const events = readEvents(report.versions)
    expect(events.map((each) => [each.versionNumber, each.digest])).toEqual([
      [2, digest(2)],
      [2, digest(102)],
      [4, digest(4)],
      [4, digest(104)],
    ])
    const later = readEvents(report.versions.slice(2), events.slice(0, 2))
    expect(later).toEqual(events.slice(2))
  })

  it('never signs the recovery hash away', async () => {
    const { head } = await genesis()
    const parameters = { updateKeys: [key(11).multikey], nextKeyHashes: [hash(12)] }
    expect(() => assertRecoveryKept(parameters, recoveryHash(head, key(11).multikey))).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_PRODUCT_RECOVERY' }),
    )
    expect(() => recoveryHash(head, key(12).multikey)).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_PRODUCT_RECOVERY' }),
    )
  })
})

describe('readEvents', () => {
  const base = { id: 'did:x:1', service: [] }
  const version = (versionNumber: number, events?: object): ProductVersion => {
    const service = {
      id: '#events',
      serviceEndpoint: 'https://a.example/',
      ...events,
    } as JsonObject
    const document = events === undefined ? base : { ...base, service: [service] }
    return { versionId: `${versionNumber}-x`, versionNumber, document }
  }
  const empty = version(1, { eventCount: 0, eventDigests: [] })

  it.each([
    [
      'a lowered count',
      [
        version(2, { eventCount: 1, eventDigests: [digest(1)] }),
        version(3, { eventCount: 0, eventDigests: [] }),
      ],
      'COUNT',
    ],
    [
      'fewer digests than counted',
      [version(2, { eventCount: 2, eventDigests: [digest(1)] })],
      'COUNT',
    ],
    [
      'more digests than counted',
      [version(2, { eventCount: 1, eventDigests: [digest(1), digest(2)] })],
      'COUNT',
    ],
    [
      'a digest twice',
      [
        version(2, { eventCount: 1, eventDigests: [digest(1)] }),
        version(3, { eventCount: 2, eventDigests: [digest(1)] }),
      ],
      'DIGEST',
    ],
    [
      'a digest twice in one entry',
      [version(2, { eventCount: 2, eventDigests: [digest(1), digest(1)] })],
      'DIGEST',
    ],
    ['no digest', [version(2, { eventCount: 1, eventDigests: ['Qm'] })], 'DIGEST'],
    [
      'a count that is none',
      [version(2, { eventCount: '1', eventDigests: [digest(1)] })],
      'DOCUMENT',
    ],
    ['no list', [version(2, { eventCount: 1 })], 'DOCUMENT'],
  ])('refuses %s', (_, versions, code) => {
    const read = () => readEvents([empty, ...versions])
    expect(read).toThrow(expect.objectContaining({ code: `ERR_DPP_PRODUCT_${code}` }))
  })

  it('refuses a genesis with events', () => {
    const read = () => readEvents([version(1, { eventCount: 1, eventDigests: [digest(1)] })])
    expect(read).toThrow(expect.objectContaining({ code: 'ERR_DPP_PRODUCT_COUNT' }))
  })

  it('adds nothing for an unchanged count or a missing service', () => {
    const versions = [empty, version(2, { eventCount: 1, eventDigests: [digest(1)] }), version(3)]
    const repeated = [...versions, version(4, { eventCount: 1, eventDigests: [digest(9)] })]
    expect(readEvents(repeated).map((each) => each.digest)).toEqual([digest(1)])
    expect(parseEventsService(base)).toBeUndefined()
  })

  it('appendDigests refuses repetition and documents without the service', () => {
    const { document } = empty
    expect(() => appendDigests(document, [digest(1), digest(1)])).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_PRODUCT_DIGEST' }),
    )
    expect(() => appendDigests(base, [digest(1)])).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_PRODUCT_DOCUMENT' }),
    )
    expect(appendDigests(document, [])).toBe(document)
  })
})

describe('verificationKey', () => {
  const did = 'did:webvh:QmPEQVM1JPTyrvEgBcDXwjK4TeyLGSX1PxjgyeAisdWM1p:a.example'
  const method = (id: string) => ({
    id,
    type: 'Multikey',
    controller: did,
    publicKeyMultibase: key(1).multikey,
  })
  const document = {
    id: did,
    verificationMethod: [method(`${did}#a`), method('#b')],
    assertionMethod: [`${did}#a`, '#b'],
  }

  it('finds absolute, relative and embedded methods, under the purpose only', () => {
    for (const name of ['a', 'b']) {
      expect(verificationKey(document, `${did}#${name}`, 'assertionMethod')).toEqual(
        key(1).publicKey,
      )
      expect(verificationKey(document, `${did}#${name}`, 'authentication')).toBeUndefined()
    }
    const embedded = { id: did, assertionMethod: [method('#c')] }
    expect(verificationKey(embedded, `${did}#c`, 'assertionMethod')).toEqual(key(1).publicKey)
  })

  it('keeps a method across a move, and to its own log', () => {
    expect(
      verificationKey(document, `${did.replace('a.example', 'b.example')}#a`, 'assertionMethod'),
    ).toBeDefined()
    const other = did.replace('QmP', 'QmQ')
    expect(verificationKey(document, `${other}#a`, 'assertionMethod')).toBeUndefined()
    expect(verificationKey(document, 'did:web:a.example#a', 'assertionMethod')).toBeUndefined()
    expect(verificationKey(document, `${did}#x`, 'assertionMethod')).toBeUndefined()
    expect(verificationKey(document, `${did}#a#a`, 'assertionMethod')).toBeUndefined()
    expect(verificationKey(document, `${did}/path#a`, 'assertionMethod')).toBeUndefined()
  })

  it('answers nothing for two methods with one id, other types and junk', () => {
    const twice = { ...document, verificationMethod: [method('#a'), method(`${did}#a`)] }
    expect(verificationKey(twice, `${did}#a`, 'assertionMethod')).toBeUndefined()
    for (const junk of [
      {},
      { id: did, assertionMethod: '#a' },
      { ...document, verificationMethod: [null, 1] },
    ]) {
      expect(verificationKey(junk as never, `${did}#a`, 'assertionMethod')).toBeUndefined()
    }
  })
})
