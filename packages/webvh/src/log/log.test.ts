import { canonicalize, createProof, type JsonObject } from '@dpp/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveLog } from '../resolution/resolve-log.ts'
import { appendEntry, endLog, moveDocument } from './append-entry.ts'
import { createLog } from './create-log.ts'
import { computeScid, contentText } from './entry.ts'
import { isOpen, type LogHead } from './head.ts'
import { verifyLog } from './log.ts'
import { forgeLine, makeLog, testKey, testTime } from './test-logs.ts'
import { hashKey } from './update-key.ts'

const { did, scid, lines } = await makeLog(3)
const [first = '', second = '', third = ''] = lines
const entry = (line: string) => JSON.parse(line)
const idOf = (line: string): string => entry(line).versionId

/** The code of the first error of a log made of `log`. */
function codeOf(...log: readonly string[]): string | undefined {
  return verifyLog(log.join(''), { did }).error?.code
}

/** The second entry with changes, hashed and signed anew. */
async function changed(changes: JsonObject, options: object = {}): Promise<string> {
  return first + (await forgeLine(second, { changes, predecessor: idOf(first), ...options }))
}

/** The genesis with changes to its content, given a new SCID, hash and proof. */
async function genesis(
  parameters: JsonObject,
  state: JsonObject = {},
  keep: JsonObject = {},
): Promise<string> {
  const made = entry(first)
  const text = JSON.stringify({
    ...made,
    parameters: { ...made.parameters, ...parameters },
    state: { ...made.state, ...state },
    ...keep,
  })
  const placeholders = JSON.parse(text.replaceAll(scid, '{SCID}'))
  const renewed = computeScid(contentText(placeholders)('{SCID}'))
  const line = text.replaceAll(scid, renewed)
  return forgeLine(line, { predecessor: renewed })
}

describe('the SCID of a genesis', () => {
  const textOf = (state: JsonObject): string =>
    contentText({ parameters: {}, state, versionTime: '' })('{SCID}')

  it('sorts a placeholder in a name as a placeholder, not as the SCID that stood there', () => {
    const published = textOf({ x: `"${scid}":`, [`\\"${scid}`]: 1, [`[${scid}`]: 2, a: 3 })
    const sorted = textOf({ x: '"{SCID}":', '\\"{SCID}': 1, '[{SCID}': 2, a: 3 })
    expect(computeScid(published.replaceAll(scid, '{SCID}'))).toBe(computeScid(sorted))
    const first = textOf({ [scid]: 1, a: 2 }) // "Q" sorts before "a", "{" after it.
    expect(computeScid(first.replaceAll(scid, '{SCID}'))).toBe(
      computeScid(textOf({ a: 2, '{SCID}': 1 })),
    )
  })

  it('looks at each string once, however many placeholders it holds', () => {
    const started = performance.now()
    computeScid(textOf({ x: '{SCID}"'.repeat(60_000) }))
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

describe('a log line', () => {
  it.each([
    ['no JSON', '{'],
    ['an empty line', ''],
    ['an array', '[]'],
    ['null', 'null'],
    ['a duplicate name', first.trim().replace('{', '{"versionId":"1-x",')],
    ['a byte order mark', `\uFEFF${first.trim()}`],
    ['a lone surrogate', first.trim().replace('example.com', 'example.com\\ud800')],
    ['a further property', first.trim().replace('{', '{"x":1,')],
    ['a single proof object', canonicalize({ ...entry(first), proof: entry(first).proof[0] })],
    ['no proof', canonicalize({ ...entry(first), proof: [] })],
    ['state that is no object', canonicalize({ ...entry(first), state: 'x' })],
    ['parameters that are no object', canonicalize({ ...entry(first), parameters: [] })],
    ['a versionId that is no string', canonicalize({ ...entry(first), versionId: 1 })],
    ['a versionTime that is no string', canonicalize({ ...entry(first), versionTime: 1 })],
  ])('is refused: %s', (_, line) => {
    expect(codeOf(`${line}\n`)).toBe('ERR_DPP_LOG_SYNTAX')
  })

  it('may have other white space and lack the last line feed', () => {
    expect(
      codeOf(`${JSON.stringify(entry(first), null, 1).replaceAll('\n', ' ')}\r\n`, second.trim()),
    ).toBeUndefined()
  })

  it('gives its canonical text, however it is written', () => {
    const shuffled = JSON.stringify(Object.fromEntries(Object.entries(entry(second)).reverse()))
    for (const line of [second.trim(), shuffled, second.trim().replace(':{', ': {')]) {
      const [, version] = verifyLog(`${first}${line}\n`, { did }).versions
      expect(version).toMatchObject({ text: second.trim(), line: `${line}\n` })
    }
  })

  it('may not be empty in between', () => {
    expect(codeOf(first, '\n', second)).toBe('ERR_DPP_LOG_SYNTAX')
  })

  it('keeps what precedes it when it is bad, even as bytes that are not UTF-8', () => {
    const bytes = new TextEncoder().encode(first + second)
    bytes[bytes.length - 5] = 0xff
    const report = verifyLog(bytes, { did })
    expect(report).toMatchObject({
      versions: [{ versionNumber: 1 }],
      error: { code: 'ERR_DPP_LOG_SYNTAX' },
    })
  })

  it('counts against the limits', () => {
    expect(verifyLog(first + second, { limits: { maxEntries: 1 } }).error?.code).toBe(
      'ERR_DPP_LOG_LIMIT',
    )
    expect(verifyLog(first + second, { limits: { maxBytes: 100 } }).error?.code).toBe(
      'ERR_DPP_LOG_LIMIT',
    )
    expect(verifyLog('').error?.code).toBe('ERR_DPP_LOG_SYNTAX')
  })
})

describe('versionId', () => {
  it('must be consecutive', () => {
    expect(codeOf(second)).toBe('ERR_DPP_LOG_PARAMETER') // No genesis: it lacks method, scid and updateKeys.
    expect(codeOf(first, third)).toBe('ERR_DPP_LOG_VERSION')
    expect(codeOf(first, first)).toBe('ERR_DPP_LOG_PARAMETER')
    expect(codeOf(first, second, second)).toBe('ERR_DPP_LOG_VERSION')
  })

  it.each(['2', '2-', '02-x', '2--x', '2-x-y', '+2-x', '2 -x', '-2-x', '2.0-x', 'x'])(
    'is refused: %s',
    async (versionId) => {
      const expected = versionId === '2-' ? 'ERR_DPP_LOG_HASH' : 'ERR_DPP_LOG_VERSION'
      expect(codeOf(await changed({}, { versionId }))).toBe(expected)
    },
  )

  it('must hold the hash of the entry over the one before', async () => {
    expect(codeOf(first + (await forgeLine(second, { predecessor: scid })))).toBe(
      'ERR_DPP_LOG_HASH',
    )
    // A SHA-512 multihash, or base58 of a bare digest, is not the one permitted form.
    expect(codeOf(await changed({}, { versionId: `2-${'z'.repeat(90)}` }))).toBe('ERR_DPP_LOG_HASH')
  })
})

describe('versionTime', () => {
  it.each([
    '2026-01-01T00:00:02',
    '2026-01-01T00:00:02z',
    '2026-01-01t00:00:02Z',
    '2026-01-01T00:00:02+01:00',
    '2026-01-01T00:00:02-00:00',
    '2026-01-01 00:00:02Z',
    '2026-01-01',
    '2026-02-30T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T23:59:60Z',
    '2026-01-01T00:00:02.Z',
    '+02026-01-01T00:00:02Z',
    '2026-01-01T00:00:01Z',
    '2026-01-01T00:00:01.000Z',
    '2026-01-01T00:00:00Z',
    '9999-01-01T00:00:00Z',
  ])('is refused: %s', async (versionTime) => {
    expect(codeOf(await changed({ versionTime }))).toBe('ERR_DPP_LOG_TIME')
  })

  it.each([
    '2026-01-01T00:00:02+00:00',
    '2026-01-01T00:00:01.5Z',
    '2026-01-01T00:00:01.000000001Z',
  ])('is accepted: %s', async (versionTime) => {
    expect(codeOf(await changed({ versionTime }))).toBeUndefined()
  })

  it('may be ahead by the tolerance and no more', () => {
    const now = (second: number) => verifyLog(first, { now: testTime(second) }).error?.code
    expect(now(1 - 300)).toBeUndefined()
    expect(now(1 - 301)).toBe('ERR_DPP_LOG_TIME')
    expect(
      verifyLog(first, { now: testTime(0), limits: { futureToleranceMs: 0 } }).error?.code,
    ).toBe('ERR_DPP_LOG_TIME')
  })
})

describe('parameters', () => {
  it.each([
    [{ method: 'did:webvh:0.5' }, 'ERR_DPP_LOG_METHOD'],
    [{ method: 'did:webvh:1.1' }, 'ERR_DPP_LOG_METHOD'],
    [{ method: 'did:webvh:1.0-rc1' }, 'ERR_DPP_LOG_METHOD'],
    [{ method: null }, 'ERR_DPP_LOG_METHOD'],
    [{ scid }, 'ERR_DPP_LOG_PARAMETER'],
    [{ scid: null }, 'ERR_DPP_LOG_PARAMETER'],
    [{ portable: true }, 'ERR_DPP_LOG_PORTABILITY'],
    [{ ttl: 2 ** 31 + 1 }, 'ERR_DPP_LOG_PARAMETER'],
    [{ x: 1 }, 'ERR_DPP_LOG_PARAMETER'],
    [{ updateKeys: [''] }, 'ERR_DPP_LOG_PARAMETER'],
    [{ updateKeys: 'z' }, 'ERR_DPP_LOG_PARAMETER'],
    [{ witness: [] }, 'ERR_DPP_LOG_PARAMETER'],
    [{ witness: { threshold: 0, witnesses: [] } }, 'ERR_DPP_LOG_PARAMETER'],
  ])('are refused in a later entry: %j', async (parameters, code) => {
    expect(codeOf(await changed({ parameters: parameters as JsonObject }))).toBe(code)
  })

  it.each([{ method: undefined }, { scid: undefined }, { updateKeys: undefined }])(
    'lack %j in the first',
    async (parameters) => {
      const made = entry(first)
      const line = await forgeLine(first, {
        changes: JSON.parse(JSON.stringify({ parameters: { ...made.parameters, ...parameters } })),
        predecessor: scid,
      })
      expect(codeOf(line)).toBe('ERR_DPP_LOG_PARAMETER')
    },
  )

  it('take null as the default, with a warning', async () => {
    const parameters = {
      ttl: null,
      watchers: null,
      witness: null,
      nextKeyHashes: null,
      portable: null,
      deactivated: null,
    }
    const result = resolveLog(did, await changed({ parameters }))
    expect(result.didDocumentMetadata).toMatchObject({
      ttl: '3600',
      watchers: [],
      witness: {},
      portable: false,
    })
    expect(result.didResolutionMetadata.warnings).toEqual(['null-parameter'])
  })

  it('close the log with null update keys', async () => {
    const result = resolveLog(did, await changed({ parameters: { updateKeys: null } }))
    expect(result.didResolutionMetadata.updatable).toBe(false)
  })

  it('warn when the first entry leaves out portable', async () => {
    const line = await genesis(
      {},
      {},
      {
        parameters: JSON.parse(JSON.stringify({ ...entry(first).parameters, portable: undefined })),
      },
    )
    const report = verifyLog(line)
    expect(report.error).toBeUndefined()
    expect(resolveLog(report.did ?? '', line).didResolutionMetadata.warnings).toEqual([
      'portable-omitted',
    ])
  })

  it('end with the deactivation', async () => {
    const log = await changed({ parameters: { deactivated: true } })
    const next = await forgeLine(third, { predecessor: idOf(log.slice(first.length)) })
    expect(codeOf(log, next)).toBe('ERR_DPP_LOG_DEACTIVATED')
  })
})

describe('scid', () => {
  it('must be the hash of the genesis', async () => {
    const other = `Qm${'a'.repeat(44)}`
    const line = await forgeLine(first.replaceAll(scid, other), { predecessor: other })
    expect(verifyLog(line).error?.code).toBe('ERR_DPP_LOG_SCID')
  })

  it('must be that of the DID, and of every state.id', async () => {
    const other = did.replace(/Qm.{44}/, `Qm${'a'.repeat(44)}`)
    expect(verifyLog(first, { did: other }).error?.code).toBe('ERR_DPP_LOG_SCID')
    expect(codeOf(await changed({ state: { id: other } }))).toBe('ERR_DPP_LOG_SCID')
    const portable = (await makeLog(1, { portable: true })).lines[0] ?? ''
    const moved = await forgeLine(second, {
      changes: { state: { id: other, alsoKnownAs: [entry(portable).state.id] } },
      predecessor: idOf(portable),
    })
    expect(verifyLog(portable + moved).error?.code).toBe('ERR_DPP_LOG_SCID')
  })

  it('must not come from a literal placeholder', async () => {
    const log = await genesis({}, { note: scid })
    const parsed = entry(log)
    const line = await forgeLine(log, {
      changes: { state: { ...parsed.state, note: '{SCID}' } },
      predecessor: parsed.parameters.scid,
    })
    expect(verifyLog(log).error).toBeUndefined()
    expect(verifyLog(line).error?.code).toBe('ERR_DPP_LOG_SCID')
  })
})

describe('state.id', () => {
  it.each([
    'did:web:example.com',
    '',
    null,
    `${did}#a`,
    `${did}/path`,
    `${did}?a=b`,
    did.replace('example.com', '127.0.0.1'),
  ])('is refused: %s', async (id) => {
    expect(codeOf(await changed({ state: { id } }))).toBe('ERR_DPP_LOG_DID')
  })

  it('must be the resolved DID somewhere in the log, exactly', () => {
    for (const other of [`${did}:path`, did.replace('example.com', 'EXAMPLE.com')]) {
      expect(verifyLog(first, { did: other })).toMatchObject({
        versions: [],
        error: { code: 'ERR_DPP_LOG_DID' },
      })
    }
  })

  it('may not change without portability', async () => {
    const state = { id: `${did}:moved`, alsoKnownAs: [did] }
    expect(codeOf(await changed({ state }))).toBe('ERR_DPP_LOG_PORTABILITY')
  })
})

describe('proof', () => {
  const proofOf = (line: string) => entry(line).proof[0]
  const withProof = (...proof: readonly object[]): string =>
    `${canonicalize({ ...entry(second), proof })}\n`

  it.each([
    [{ cryptosuite: 'eddsa-rdfc-2022' }, 'PROOF'],
    [{ cryptosuite: 'ecdsa-jcs-2019' }, 'PROOF'],
    [{ cryptosuite: undefined }, 'PROOF'],
    [{ type: 'Ed25519Signature2020' }, 'PROOF'],
    [{ proofPurpose: 'authentication' }, 'PROOF'],
    [{ created: '2026-01-01T00:00:09Z' }, 'PROOF'],
    [{ proofValue: proofOf(first).proofValue }, 'PROOF'],
    [{ proofValue: `u${proofOf(second).proofValue.slice(1)}` }, 'PROOF'],
    [{ verificationMethod: testKey(2).verificationMethod }, 'KEY'],
    [{ verificationMethod: `did:key:${testKey(1).multikey}` }, 'KEY'],
    [{ verificationMethod: `did:key:${testKey(1).multikey}#${testKey(2).multikey}` }, 'KEY'],
    [{ verificationMethod: `did:key:${testKey(2).multikey}#${testKey(1).multikey}` }, 'KEY'],
    [{ verificationMethod: `${did}#key-1` }, 'KEY'],
  ])('is refused with %j', (changes, code) => {
    const proof = JSON.parse(JSON.stringify({ ...proofOf(second), ...changes }))
    expect(codeOf(first, withProof(proof))).toBe(`ERR_DPP_LOG_${code}`)
  })

  it('is refused once it has expired', async () => {
    const { proof: _, ...unsecured } = entry(second)
    const proof = await createProof(unsecured, {
      signer: testKey(1),
      created: testTime(2),
      expires: testTime(100),
    })
    const at = (second: number) =>
      verifyLog(first + withProof(proof), { now: testTime(second) }).error?.code
    expect([at(99), at(100)]).toEqual([undefined, 'ERR_DPP_LOG_PROOF'])
  })

  it('must hold in each of several proofs', async () => {
    const { proof: _, ...unsecured } = entry(second)
    const stranger = await createProof(unsecured, { signer: testKey(2), created: testTime(2) })
    expect(codeOf(first, withProof(proofOf(second), proofOf(second)))).toBeUndefined()
    expect(codeOf(first, withProof(proofOf(second), stranger))).toBe('ERR_DPP_LOG_KEY')
    expect(codeOf(first, withProof(proofOf(second), proofOf(first)))).toBe('ERR_DPP_LOG_PROOF')
  })

  it('must be by the update key before the entry, not by the one it brings', async () => {
    const parameters = { updateKeys: [testKey(2).multikey] }
    expect(codeOf(await changed({ parameters }, { signer: testKey(2) }))).toBe('ERR_DPP_LOG_KEY')
    expect(codeOf(await changed({ parameters }))).toBeUndefined()
  })
})

describe('versions of a log', () => {
  const broken = first + second + third.replace('"n":3', '"n":4')

  it('are found by id, number and time', () => {
    const log = lines.join('')
    const find = (query: object) => resolveLog(did, log, query).didDocumentMetadata
    expect(find({ versionId: idOf(second) })).toMatchObject({ versionId: idOf(second) })
    expect(find({ versionNumber: 1 })).toMatchObject({
      versionId: idOf(first),
      updated: entry(third).versionTime,
    })
    expect(find({ versionTime: testTime(2.5) })).toMatchObject({ versionId: idOf(second) })
    expect(find({ versionTime: '2026-01-01T00:00:02Z' })).toMatchObject({ versionId: idOf(second) })
    expect(find({ versionTime: testTime(99) })).toMatchObject({ versionId: idOf(third) })
  })

  it.each([
    { versionId: '2-Qm' },
    { versionNumber: 4 },
    { versionNumber: 0 },
    { versionTime: testTime(0) },
    { versionNumber: 1, versionId: idOf(second) },
  ])('are not found: %j', (query) => {
    const { didDocument, didResolutionMetadata } = resolveLog(did, lines.join(''), query)
    expect([didDocument, didResolutionMetadata.error]).toEqual([null, 'notFound'])
  })

  it('are an error for a time that is none', () => {
    const { didResolutionMetadata } = resolveLog(did, first, { versionTime: 'yesterday' })
    expect(didResolutionMetadata.error).toBe('invalidDid')
  })

  it('stay available below an invalid entry, and only they', () => {
    expect(resolveLog(did, broken)).toMatchObject({
      didDocument: null,
      didResolutionMetadata: { error: 'invalidDid', problemDetails: { code: 'ERR_DPP_LOG_HASH' } },
    })
    for (const query of [
      { versionNumber: 2 },
      { versionId: idOf(second) },
      { versionTime: testTime(2) },
      { versionTime: testTime(2.9) },
    ]) {
      expect(resolveLog(did, broken, query).didDocumentMetadata).toMatchObject({
        versionId: idOf(second),
        updated: entry(second).versionTime,
      })
    }
    for (const query of [
      { versionNumber: 3 },
      { versionId: idOf(third) },
      { versionTime: testTime(3) },
      { versionTime: testTime(9) },
    ]) {
      expect(resolveLog(did, broken, query).didResolutionMetadata.error).toBe('invalidDid')
    }
    expect(resolveLog(did, broken, { versionNumber: 4 }).didResolutionMetadata.error).toBe(
      'notFound',
    )
  })
})

describe('a hostile log costs no more than its size', () => {
  it('as five million line feeds', () => {
    const start = performance.now()
    const log = new Uint8Array(5 * 1024 * 1024).fill(0x0a)
    expect(verifyLog(log).error?.code).toBe('ERR_DPP_LOG_LIMIT')
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it('as one line above the limits of JSON', () => {
    expect(verifyLog(`{"a":[${'1,'.repeat(200_000)}1]}`).error?.code).toBe('ERR_DPP_LOG_LIMIT')
    expect(verifyLog('['.repeat(100_000)).error?.code).toBe('ERR_DPP_LOG_LIMIT')
  })

  it('with an invalid present, which no entry can be due at', () => {
    expect(verifyLog(first, { now: new Date(Number.NaN) }).error?.code).toBe('ERR_DPP_LOG_TIME')
  })
})

describe('properties', () => {
  it('no changed character of a line passes', () => {
    const log = lines.join('')
    const position = fc.integer({ min: 0, max: log.length - 1 })
    const character = fc.oneof(
      fc.string({ minLength: 1, maxLength: 1 }),
      fc.constantFrom('0', '1', 'a', 'Q', '"', '\\', '\n', '}'),
    )
    fc.assert(
      fc.property(position, character, (at, replacement) => {
        const text = log.slice(0, at) + replacement + log.slice(at + 1)
        const meansTheSame = canonicalLines(text) === canonicalLines(log)
        const { versions, error } = verifyLog(text, { did })
        if (meansTheSame) expect(error).toBeUndefined()
        else expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_DPP_/) })
        for (const [index, version] of versions.entries())
          expect(version.versionId).toBe(idOf(lines[index] ?? ''))
      }),
      { numRuns: 500 },
    )
  })

  it('arbitrary bytes and JSON give an error result', () => {
    const json = fc.json().map((text) => new TextEncoder().encode(text))
    const almost = fc.record({
      versionId: fc.string(),
      versionTime: fc.string(),
      parameters: fc.dictionary(fc.string(), fc.jsonValue()),
      state: fc.dictionary(fc.string(), fc.jsonValue()),
      proof: fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
    })
    const nearly = almost.map((value) => new TextEncoder().encode(JSON.stringify(value)))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), json, nearly), fc.string(), (bytes, name) => {
        for (const asked of [did, name]) {
          const result = resolveLog(asked, bytes, { witnessFile: bytes })
          expect(result.didDocument).toBeNull()
          expect(result.didResolutionMetadata.error).toBe('invalidDid')
        }
      }),
      { numRuns: 300 },
    )
  })

  it('a random sequence of valid operations resolves', async () => {
    const operation = fc.constantFrom(
      'update',
      'rotate',
      'pre-rotate',
      'stop pre-rotation',
      'move',
      'ttl',
      'watchers',
      'unportable',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 8 }),
        fc.constantFrom('deactivated', 'closed', undefined),
        async (operations, end) => {
          const log = await runOperations(operations, end)
          const report = verifyLog(log.text, { did: log.did, from: undefined })
          expect(report.error).toBeUndefined()
          expect(report.head).toEqual(log.head)
          expect(resolveLog(log.head.did, log.text).didResolutionMetadata.error).toBeUndefined()
          if (end !== undefined && report.head) expect(isOpen(report.head)).toBe(false)
        },
      ),
      { numRuns: 40 },
    )
  })
})

function canonicalLines(text: string): string | undefined {
  try {
    const all = text
      .split('\n')
      .map((line, index, { length }) =>
        line === '' && index === length - 1 ? '' : canonicalize(JSON.parse(line)),
      )
    return all.join('\n').trim()
  } catch {
    return undefined
  }
}

async function runOperations(
  operations: readonly string[],
  end: 'deactivated' | 'closed' | undefined,
): Promise<{ did: string; text: string; head: LogHead }> {
  let current = testKey(1)
  const parameters = { updateKeys: [current.multikey], portable: true }
  const created = await createLog({
    domain: 'example.com',
    parameters,
    signer: current,
    versionTime: testTime(0),
  })
  let { head, line: text } = created
  for (const [index, operation] of operations.entries()) {
    const next = testKey(index + 2)
    const isRotating = head.parameters.nextKeyHashes.length > 0
    const committed = testKey(100 + head.versionNumber)
    const signer = isRotating ? committed : current
    const lists = isRotating
      ? {
          updateKeys: [committed.multikey],
          nextKeyHashes: [hashKey(testKey(101 + head.versionNumber).multikey)],
        }
      : {}
    const steps: Record<string, JsonObject> = {
      rotate: isRotating ? {} : { updateKeys: [next.multikey] },
      'pre-rotate': { nextKeyHashes: [hashKey(testKey(101 + head.versionNumber).multikey)] },
      'stop pre-rotation': { nextKeyHashes: [] },
      ttl: { ttl: index },
      watchers: { watchers: [`https://w${index}.example/`] },
      unportable: { portable: false },
    }
    const canMove = operation === 'move' && head.parameters.portable
    const document = canMove
      ? moveDocument(head, { domain: `d${index}.example`, path: ['{SCID}'] })
      : { ...head.document, index }
    const entry = await appendEntry(head, {
      document,
      parameters: { ...lists, ...steps[operation] },
      signer,
      versionTime: testTime(index + 1),
    })
    if (isRotating) current = committed
    else if (operation === 'rotate') current = next
    text += entry.line
    head = entry.head
  }
  if (end !== undefined) {
    const committed = testKey(100 + head.versionNumber)
    const isRotating = head.parameters.nextKeyHashes.length > 0
    const signer = isRotating ? committed : current
    const last = await endLog(head, {
      as: end,
      signer,
      updateKey: committed.multikey,
      versionTime: testTime(99),
    })
    for (const entry of last) {
      text += entry.line
      head = entry.head
    }
  }
  return { did: created.did, text, head }
}
