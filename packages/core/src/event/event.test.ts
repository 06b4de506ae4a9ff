import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../../../test/code-of.ts'
import {
  assembleEvent,
  canonicalize,
  createEvent,
  createLocalSigner,
  createProof,
  declareError,
  destroyEvent,
  digitalLink,
  disassembleEvent,
  type EventProfile,
  encodeDidKey,
  encodeMultibase,
  encodeMultihash,
  encodeUtf8,
  eventDigest,
  inspectEvent,
  installEvent,
  type JsonObject,
  locationLink,
  manufactureEvent,
  parseEpcisSubject,
  parseEvent,
  readTime,
  receiveEvent,
  recycleEvent,
  repairEvent,
  replaceEvent,
  sha256,
  shipEvent,
  signEvent,
  transferEvent,
  verifyDocument,
  verifyEvent,
  verifyEvents,
} from '../index.ts'

const signer = createLocalSigner(new Uint8Array(32).fill(1))
const issuer = { id: encodeDidKey(signer.publicKey), name: 'WindowCo AG' }
const validFrom = new Date('2026-11-02T14:05:03Z')
const item = digitalLink({ gtin: '09521234500018', serial: 'W26-000001' })
const pane = digitalLink({ gtin: '09521234500025', serial: 'G26-000001' })
const product = 'did:webvh:QmNSSk:dpp.windowco.example:.well-known:did:QmNSSk'
const facts = {
  products: [product],
  eventTime: new Date('2026-11-02T14:05:00.900Z'),
  timeZoneOffset: '+01:00',
}
const digest = encodeMultibase(encodeMultihash(sha256('another event')))

const subjects: readonly [string, JsonObject][] = [
  ['commissioning', manufactureEvent({ ...facts, items: [item] })],
  ['assembling', assembleEvent({ ...facts, parent: item, children: [pane] })],
  ['inspecting', inspectEvent({ ...facts, items: [item], conformant: true })],
  ['shipping', shipEvent({ ...facts, items: [item], from: 'urn:x:a', to: 'urn:x:b' })],
  [
    'receiving',
    receiveEvent({ ...facts, items: [item], readPoint: locationLink('9521234000037') }),
  ],
  ['installing', installEvent({ ...facts, items: [item], bizLocation: 'urn:x:building' })],
  ['repairing', repairEvent({ ...facts, items: [item] })],
  [
    'replacing',
    replaceEvent({ ...facts, parent: item, children: [pane], replaced: ['urn:x:old'] }),
  ],
  ['disassembling', disassembleEvent({ ...facts, parent: item, children: [pane] })],
  ['destroying', destroyEvent({ ...facts, items: [item] })],
  ['dpp:recycling', recycleEvent({ ...facts, items: [item] })],
  ['dpp:transferring', transferEvent({ ...facts, items: [item], to: 'urn:x:owner' })],
]

describe('an event', () => {
  it.each(subjects)('of kind %s is signed, parsed and verified', async (type, subject) => {
    const unsigned = createEvent({ issuer, subject, validFrom })
    const signed = await signEvent(unsigned, signer, { created: validFrom })
    const parsed = parseEvent(encodeUtf8(JSON.stringify(signed)))
    expect(parsed).toMatchObject({
      type,
      products: [product],
      issuer: issuer.id,
      id: unsigned.id,
      verificationMethod: signer.verificationMethod,
      eventTime: new Date('2026-11-02T14:05:00Z'),
      validFrom,
      created: validFrom,
      event: signed,
    })
    expect(parsed.digest).toBe(eventDigest(signed))
    expect(parsed.text).toBe(canonicalize(signed))
    expect(verifyEvent(parsed, signer.publicKey, { now: validFrom })).toEqual({ verified: true })
    const result = verifyDocument(signed, { publicKeyOf: () => signer.publicKey })
    expect(result.verified && result.document).toEqual(unsigned)
  })

  it('has one digest, whatever the order and the spacing of its text', async () => {
    const signed = await signEvent(
      createEvent({ issuer, subject: subjects[0]?.[1] ?? {}, validFrom }),
      signer,
    )
    const shuffled = Object.fromEntries(Object.entries(signed).reverse())
    expect(parseEvent(JSON.stringify(shuffled, null, 2)).digest).toBe(parseEvent(signed).digest)
    expect(parseEvent(signed).text).toBe(parseEvent(JSON.stringify(shuffled)).text)
  })

  it('is refused by another key, later than now, or with any changed bit of its signature', async () => {
    const signed = await signEvent(
      createEvent({ issuer, subject: subjects[1]?.[1] ?? {}, validFrom }),
      signer,
      {
        created: validFrom,
      },
    )
    const parsed = parseEvent(signed)
    const other = createLocalSigner(new Uint8Array(32).fill(2)).publicKey
    expect(verifyEvent(parsed, other)).toEqual({
      verified: false,
      reason: 'ERR_DPP_PROOF_SIGNATURE',
    })
    const early = new Date('2026-11-02T13:00:00Z')
    expect(verifyEvent(parsed, signer.publicKey, { now: early })).toMatchObject({
      reason: 'ERR_DPP_PROOF_FUTURE',
    })
    const message = Uint8Array.from(parsed.message)
    message[40] = (message[40] as number) ^ 1
    const verdicts = await verifyEvents([
      { event: parsed, publicKey: signer.publicKey },
      { event: parsed, publicKey: other },
      { event: { ...parsed, message }, publicKey: signer.publicKey },
    ])
    expect(verdicts.map(({ verified }) => verified)).toEqual([true, false, false])
  })

  it('carries a correction’s digest and an error declaration', async () => {
    const corrective = manufactureEvent({ ...facts, items: [item], corrects: digest })
    expect(parseEpcisSubject(corrective)).toMatchObject({ corrects: digest })
    const declaration = declareError(subjects[0]?.[1] ?? {}, {
      corrects: digest,
      declarationTime: validFrom,
      reason: 'incorrect_data',
      correctiveEventIds: ['urn:uuid:1'],
    })
    expect(parseEpcisSubject(declaration)).toMatchObject({
      corrects: digest,
      type: 'commissioning',
    })
  })

  it('is not signed when it would not parse', async () => {
    const wrong = createEvent({ issuer, subject: { type: 'ObjectEvent' }, validFrom })
    await expect(signEvent(wrong, signer)).rejects.toMatchObject({
      code: 'ERR_DPP_SUBJECT_INVALID',
    })
    const foreign = createEvent({
      issuer: { id: 'did:web:other.example' },
      subject: subjects[0]?.[1] ?? {},
      validFrom,
    })
    await expect(signEvent(foreign, signer)).rejects.toMatchObject({
      code: 'ERR_DPP_EVENT_INVALID',
    })
  })

  it('is refused when its envelope is anything else', async () => {
    const signed = (await signEvent(
      createEvent({ issuer, subject: subjects[0]?.[1] ?? {}, validFrom }),
      signer,
    )) as unknown as JsonObject
    const { proof } = signed as { proof: JsonObject }
    const context = signed['@context'] as readonly unknown[]
    const changes: object[] = [
      { note: 1 },
      { validUntil: '2027-01-01T00:00:00Z' },
      { credentialStatus: {} },
      { id: 'no-uri' },
      { id: 5 },
      { type: ['VerifiableCredential'] },
      { type: ['DigitalTraceabilityEvent'] },
      { issuer: issuer.id },
      { issuer: { ...issuer, email: 'a@b.example' } },
      { issuer: { id: 'https://windowco.example' } },
      { validFrom: '2026-11-02' },
      { credentialSubject: [subjects[0]?.[1]] },
      { proof: [proof] },
      { proof: [] },
      { proof: undefined },
      { proof: { ...proof, proofPurpose: 'authentication' } },
      { proof: { ...proof, cryptosuite: 'eddsa-rdfc-2022' } },
      { proof: { ...proof, verificationMethod: 'did:key:z6MkX#z6MkX' } },
      { proof: { ...proof, '@context': context.slice(0, 2) } },
      { '@context': [...context, 'https://more.example'] },
      { '@context': context.slice(1) },
      { '@context': [context[0], { dpp: 'urn:other' }] },
    ]
    for (const change of changes) {
      expect(
        codeOf(() => parseEvent({ ...signed, ...change })),
        JSON.stringify(change),
      ).toMatch(/^ERR_DPP_(EVENT_INVALID|JSON_UNSUPPORTED)$/)
    }
    const text = JSON.stringify(signed)
    expect(codeOf(() => parseEvent(text.replace('{', '{"id":"urn:x:1",')))).toBe(
      'ERR_DPP_JSON_DUPLICATE',
    )
    expect(codeOf(() => parseEvent(text.replace('W26', '\\ud800')))).toBe('ERR_DPP_JSON_SURROGATE')
  })

  it('never throws anything but coded errors', () => {
    const values = fc.anything({
      withBigInt: true,
      withMap: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    fc.assert(fc.property(values, (value) => /^ERR_DPP_/.test(codeOf(() => parseEvent(value)))))
    fc.assert(fc.property(fc.json(), (text) => /^ERR_DPP_/.test(codeOf(() => parseEvent(text)))))
  })

  it('takes other profiles', async () => {
    const profile: EventProfile = {
      credentialType: 'TemperatureReading',
      contexts: [],
      parseSubject: (subject) => ({
        products: [subject['product'] as string],
        type: 'reading',
        eventTime: readTime(subject['at']) ?? new Date(0),
      }),
    }
    const subject = { product, at: '2026-11-02T14:00:00Z', celsius: '21.5' }
    const profiles = [profile]
    const signed = await signEvent(createEvent({ issuer, subject, validFrom, profile }), signer, {
      profiles,
    })
    expect(parseEvent(signed, { profiles })).toMatchObject({ type: 'reading', products: [product] })
    expect(codeOf(() => parseEvent(signed))).toBe('ERR_DPP_EVENT_INVALID')
  })

  it('with an unsafe integer cannot be signed, because its text would not be read back', async () => {
    const subject = manufactureEvent({ ...facts, items: [item], extensions: { 'x:n': 2 ** 60 } })
    await expect(
      signEvent(createEvent({ issuer, subject, validFrom }), signer),
    ).rejects.toMatchObject({
      code: 'ERR_DPP_JSON_NUMBER',
    })
    const unsigned = createEvent({
      issuer,
      subject: { ...subject, 'x:n': 1 },
      validFrom,
    }) as unknown as JsonObject
    const proof = await createProof(unsigned, { signer, created: validFrom })
    expect(
      codeOf(() => parseEvent({ ...unsigned, credentialSubject: subject, proof: { ...proof } })),
    ).toBe('ERR_DPP_JSON_NUMBER')
  })
})

describe('a foreign EPCIS subject', () => {
  // In the manner of the examples in the EPCIS 2.0 repository of GS1.
  const foreign: JsonObject = {
    '@context': 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
    type: 'TransformationEvent',
    eventID: 'ni:///sha-256;87b5f18a69993f0052046d4687dfacdf48f?ver=CBV2.0',
    eventTime: '2020-03-15T00:00:00.000+10:00',
    recordTime: '2020-03-15T00:00:01.000Z',
    eventTimeZoneOffset: '+10:00',
    bizStep: 'creating_class_instance',
    disposition: 'in_progress',
    readPoint: { id: 'urn:epc:id:sgln:0614141.00777.0' },
    inputEPCList: ['urn:epc:id:sgtin:4012345.011122.25'],
    outputQuantityList: [
      { epcClass: 'urn:epc:class:lgtin:4012345.012345.998877', quantity: 25.5, uom: 'KGM' },
    ],
    sensorElementList: [{ sensorReport: [{ type: 'Temperature', value: 26 }] }],
    'example:extension': 'any',
    'dpp:digitalProductPassportId': [product],
  }

  it('is accepted', () => {
    expect(parseEpcisSubject(foreign)).toEqual({
      products: [product],
      type: 'creating_class_instance',
      eventTime: new Date('2020-03-14T14:00:00Z'),
    })
    const { bizStep: _, ...withoutStep } = foreign
    expect(parseEpcisSubject(withoutStep).type).toBe('TransformationEvent')
    const quantity = [{ epcClass: 'urn:x:c', quantity: '12.50', uom: 'KGM' }]
    expect(codeOf(() => parseEpcisSubject({ ...foreign, outputQuantityList: quantity }))).toBe(
      'no error',
    )
  })

  const { 'dpp:digitalProductPassportId': _, ...unnamed } = foreign
  const { inputEPCList: __, outputQuantityList: ___, sensorElementList: ____, ...empty } = foreign
  it.each<[string, JsonObject]>([
    ['an unknown kind', { ...foreign, type: 'toString' }],
    ['no product', unnamed],
    ['an empty product list', { ...foreign, 'dpp:digitalProductPassportId': [] }],
    ['a product twice', { ...foreign, 'dpp:digitalProductPassportId': [product, product] }],
    [
      'a product that is no DID',
      { ...foreign, 'dpp:digitalProductPassportId': ['https://x.example'] },
    ],
    ['a kind’s foreign member', { ...foreign, childEPCs: ['urn:x:1'] }],
    ['an action where none belongs', { ...foreign, action: 'ADD' }],
    ['an unknown member without prefix', { ...foreign, temperature: 5 }],
    [
      'a member called __proto__',
      JSON.parse(JSON.stringify(foreign).replace('{', '{"__proto__":1,')),
    ],
    ['a CBV word as a URI', { ...foreign, bizStep: 'https://ref.gs1.org/cbv/BizStep-assembling' }],
    ['a CBV word as an old URN', { ...foreign, bizStep: 'urn:epcglobal:cbv:bizstep:assembling' }],
    ['a time without zone', { ...foreign, eventTime: '2020-03-15T00:00:00' }],
    ['a zone out of range', { ...foreign, eventTimeZoneOffset: '+14:30' }],
    [
      'a Digital Link with a wrong check digit',
      { ...foreign, inputEPCList: [`${item.slice(0, 35)}9/21/A`] },
    ],
    ['an EPC twice', { ...foreign, inputEPCList: ['urn:x:1', 'urn:x:1'] }],
    [
      'a negative quantity',
      { ...foreign, outputQuantityList: [{ epcClass: 'urn:x:c', quantity: -1 }] },
    ],
    ['a place without id', { ...foreign, readPoint: {} }],
    ['no object at all', empty],
    ['a correction that is no digest', { ...foreign, 'dpp:corrects': 'zQm' }],
    ['an error declaration without time', { ...foreign, errorDeclaration: {} }],
  ])('is refused with %s', (_name, subject) => {
    expect(codeOf(() => parseEpcisSubject(subject))).toBe('ERR_DPP_SUBJECT_INVALID')
  })
})
