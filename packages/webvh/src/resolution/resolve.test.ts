import { createProof, encodeDidKey, type JsonObject, verifyProof } from '@dpp/core'
import { describe, expect, it } from 'vitest'
import { parseDidUrl } from '../identifier/did-url.ts'
import { appendEntry } from '../log/append-entry.ts'
import { createLog } from '../log/create-log.ts'
import { makeLog, testKey, testTime } from '../log/test-logs.ts'
import { witnessDocument } from '../witness/witness-check.ts'
import { dereference } from './dereference.ts'
import { toDidWeb } from './did-web.ts'
import { type Fetch, fetchFile } from './fetch-file.ts'
import { fetchLog, resolve } from './resolve.ts'
import {
  fetchWatchedLog,
  fetchWatchedResource,
  fetchWatchedWitnessFile,
  notifyWatcher,
  notifyWatcherOfResource,
  requestLogDeletion,
  requestResourceDeletion,
} from './watcher.ts'
import { createWatcherPresentation } from './watcher-presentation.ts'

type Answer = string | number | Response

/** A `fetch` over a table of files; everything else is 404. */
function serve(files: { readonly [url: string]: Answer }, seen: string[] = []): Fetch {
  return async (url) => {
    seen.push(url)
    const answer = files[url] ?? 404
    if (answer instanceof Response) return answer
    return typeof answer === 'number'
      ? new Response(null, { status: answer })
      : new Response(answer)
  }
}

const { did, scid, lines } = await makeLog(2)
const log = lines.join('')
const logUrl = 'https://example.com/.well-known/did.jsonl'
const never: Fetch = () => new Promise(() => undefined)

describe('fetchLog', () => {
  const codeOf = async (fetch: Fetch, options = {}): Promise<string | undefined> => {
    const result = await fetchLog(did, { fetch, ...options }).catch((error) => error.code)
    return typeof result === 'string' ? result : undefined
  }

  it('tells what is not there from what cannot be reached', async () => {
    for (const [answer, code] of [
      [404, 'NOT_FOUND'],
      [410, 'NOT_FOUND'],
      [403, 'STATUS'],
      [500, 'STATUS'],
      [206, 'STATUS'],
      [301, 'REFUSED'],
      [307, 'REFUSED'],
    ] as const) {
      expect(await codeOf(serve({ [logUrl]: answer }))).toBe(`ERR_DPP_FETCH_${code}`)
    }
    expect(await codeOf(() => Promise.reject(new TypeError('network')))).toBe(
      'ERR_DPP_FETCH_FAILED',
    )
    expect(await codeOf(serve({ [logUrl]: log }))).toBeUndefined()
  })

  it('stops at the size limit, declared or not, and at the time limit', async () => {
    const limits = { maxBytes: 100 }
    expect(await codeOf(serve({ [logUrl]: log }), { limits })).toBe('ERR_DPP_FETCH_LIMIT')
    const declared = new Response('x', { headers: { 'content-length': '101' } })
    expect(await codeOf(serve({ [logUrl]: declared }), { limits })).toBe('ERR_DPP_FETCH_LIMIT')
    const endless = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(64)) })
    expect(await codeOf(serve({ [logUrl]: new Response(endless) }), { limits })).toBe(
      'ERR_DPP_FETCH_LIMIT',
    )
    expect(await codeOf(never, { limits: { timeoutMs: 20 } })).toBe('ERR_DPP_FETCH_TIMEOUT')
    const stalled = new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }))
    expect(await codeOf(serve({ [logUrl]: stalled }), { limits: { timeoutMs: 20 } })).toBe(
      'ERR_DPP_FETCH_TIMEOUT',
    )
    expect(await codeOf(never, { signal: AbortSignal.abort() })).toBe('ERR_DPP_FETCH_FAILED')
  })

  it('maps origins, and fetches nothing but https otherwise', async () => {
    const seen: string[] = []
    const origins = { 'example.com': 'http://127.0.0.1:8080/base/' }
    await fetchLog(did, {
      fetch: serve({ 'http://127.0.0.1:8080/base/.well-known/did.jsonl': log }, seen),
      origins,
    })
    expect(seen).toEqual(['http://127.0.0.1:8080/base/.well-known/did.jsonl'])
    const plain = fetchFile('http://example.com/', { fetch: serve({}, seen) })
    await expect(plain).rejects.toMatchObject({ code: 'ERR_DPP_FETCH_REFUSED' })
    expect(seen).toHaveLength(1)
  })
})

describe('resolve', () => {
  it('answers the document, and each failure by its kind', async () => {
    const errorOf = async (fetch: Fetch, name = did) =>
      (await resolve(name, { fetch })).didResolutionMetadata.error
    expect((await resolve(did, { fetch: serve({ [logUrl]: log }) })).didDocument).toEqual({
      id: did,
      n: 2,
    })
    expect(await errorOf(serve({}))).toBe('notFound')
    expect(await errorOf(serve({ [logUrl]: 503 }))).toBe('internalError')
    expect(await errorOf(serve({ [logUrl]: '<html>' }))).toBe('invalidDid')
    expect(await errorOf(serve({}), 'did:web:example.com')).toBe('invalidDid')
    const { didResolutionMetadata } = await resolve(did, { fetch: serve({ [logUrl]: '<html>' }) })
    expect(didResolutionMetadata.problemDetails).toEqual({
      type: 'https://www.w3.org/ns/did#INVALID_DID',
      title: 'The DID or its log is invalid.',
      detail: 'the log entry is not strict JSON',
      code: 'ERR_DPP_LOG_SYNTAX',
    })
  })

  it('notices a log that was cut short', async () => {
    const lastSeen = JSON.parse(lines[1] ?? '').versionId
    const get = async (text: string) =>
      (await resolve(did, { fetch: serve({ [logUrl]: text }), lastSeen })).didResolutionMetadata
    expect((await get(log)).error).toBeUndefined()
    expect(await get(lines[0] ?? '')).toMatchObject({
      error: 'invalidDid',
      problemDetails: { code: 'ERR_DPP_LOG_HEAD' },
    })
  })

  it('fetches witness proofs where the log has witnesses, and only there', async () => {
    const seen: string[] = []
    await resolve(did, { fetch: serve({ [logUrl]: log }, seen) })
    expect(seen).toEqual([logUrl])
    const [signer, witness] = [testKey(1), testKey(2)]
    const parameters = {
      updateKeys: [signer.multikey],
      witness: { threshold: 1, witnesses: [{ id: encodeDidKey(witness.publicKey) }] },
    }
    const made = await createLog({
      domain: 'example.com',
      parameters,
      signer,
      versionTime: testTime(0),
    })
    const { versionId } = made.entry
    const proof = await createProof(witnessDocument(versionId), {
      signer: witness,
      created: testTime(0),
    })
    const file = JSON.stringify([{ versionId, proof: [proof] }])
    const proofUrl = 'https://example.com/.well-known/did-witness.json'
    const get = (proofs: Answer) =>
      resolve(made.did, { fetch: serve({ [logUrl]: made.line, [proofUrl]: proofs }) })
    expect((await get(file)).didDocument).toEqual({ id: made.did })
    expect((await get(file)).didDocumentMetadata).toMatchObject({ witness: { threshold: '1' } })
    expect((await get(404)).didResolutionMetadata.problemDetails?.code).toBe(
      'ERR_DPP_DID_WITNESS_THRESHOLD',
    )
    // An outage of the proofs is an outage, never "no witnesses" and never "invalid".
    expect((await get(503)).didResolutionMetadata.error).toBe('internalError')
  })
})

async function withDocument(document: JsonObject): Promise<{ did: string; text: string }> {
  const signer = testKey(1)
  const parameters = { updateKeys: [signer.multikey] }
  const made = await createLog({
    domain: 'example.com',
    path: ['dids'],
    parameters,
    document,
    signer,
    versionTime: testTime(0),
  })
  const next = await appendEntry(made.head, {
    document: { ...made.head.document, later: true },
    signer,
    versionTime: testTime(5),
  })
  return { did: made.did, text: made.line + next.line }
}

describe('dereference', () => {
  const base = 'https://example.com/dids/'
  const run = async (
    rest: string,
    files: { readonly [url: string]: Answer } = {},
    document: JsonObject = {},
  ) => {
    const made = await withDocument(document)
    return dereference(made.did + rest, {
      fetch: serve({ [`${base}did.jsonl`]: made.text, ...files }),
    })
  }
  const text = (content: unknown): string => new TextDecoder().decode(content as Uint8Array)

  it('finds documents by version, and parts by fragment', async () => {
    const document = {
      verificationMethod: [{ id: 'did:webvh:{SCID}:example.com:dids#a', x: 1 }],
      service: [{ id: '#b', y: 2 }],
    }
    expect((await run('')).content).toMatchObject({ later: true })
    expect((await run('?versionNumber=1')).content).not.toHaveProperty('later')
    expect((await run('?versionTime=2026-01-01T00:00:03Z')).content).not.toHaveProperty('later')
    expect((await run('#a', {}, document)).content).toMatchObject({ x: 1 })
    expect((await run('?versionNumber=1#b', {}, document)).content).toMatchObject({ y: 2 })
    expect((await run('#files')).content).toMatchObject({
      type: 'relativeRef',
      serviceEndpoint: base,
    })
    for (const rest of [
      '#nothing',
      '?versionNumber=9',
      '?versionId=1-x',
      '?versionTime=2025-01-01T00:00:00Z',
      '?service=none',
    ]) {
      expect((await run(rest)).dereferencingMetadata.error).toBe('notFound')
    }
  })

  it('follows paths and /whois to the implicit services', async () => {
    const files = { [`${base}a/b.json`]: 'file', [`${base}whois.vp`]: 'presentation' }
    expect(text((await run('/a/b.json', files)).content)).toBe('file')
    expect(text((await run('/whois', files)).content)).toBe('presentation')
    expect(text((await run('?service=files&relativeRef=%2Fa%2Fb.json', files)).content)).toBe(
      'file',
    )
    expect((await run('/a/c.json', files)).dereferencingMetadata.error).toBe('notFound')
    expect((await run('/whois')).dereferencingMetadata.error).toBe('notFound')
  })

  it('prefers explicit services, whole or relative', async () => {
    const service = [
      {
        id: 'did:webvh:{SCID}:example.com:dids#files',
        type: 'relativeRef',
        serviceEndpoint: 'https://cdn.example/f',
      },
      {
        id: '#whois',
        type: 'LinkedVerifiablePresentation',
        serviceEndpoint: 'https://cdn.example/me.vp',
      },
    ]
    const files = { 'https://cdn.example/f/x': 'file', 'https://cdn.example/me.vp': 'me' }
    expect(text((await run('/x', files, { service })).content)).toBe('file')
    expect(text((await run('/whois', files, { service })).content)).toBe('me')
  })

  it.each(['ipfs://x', 'http://cdn.example/', 'file:///etc/passwd', 1, ['https://a.example']])(
    'calls an endpoint it cannot use invalid: %s',
    async (serviceEndpoint) => {
      const service = [{ id: '#files', type: 'relativeRef', serviceEndpoint }]
      expect((await run('/x', {}, { service } as JsonObject)).dereferencingMetadata.error).toBe(
        'invalidDid',
      )
    },
  )

  it.each([
    '/../x',
    '/a/%2E%2e/x',
    '/a%2Fb',
    '/a%5Cb',
    '/%00',
    '/a b',
    '?a=1&a=2',
    '?versionNumber=x',
    '?versionNumber=01',
    '#a#b',
    '?service=files&relativeRef=/../x',
    '?service=files&relativeRef=x',
    '?x=%C3',
    '/ä',
  ])('refuses %s', async (rest) => {
    expect((await run(rest)).dereferencingMetadata.error).toBe('invalidDid')
  })

  it('gives no content of a deactivated DID', async () => {
    const signer = testKey(1)
    const made = await createLog({
      domain: 'example.com',
      parameters: { updateKeys: [signer.multikey], deactivated: true },
      signer,
      versionTime: testTime(0),
    })
    const result = await dereference(`${made.did}/x`, {
      fetch: serve({ [logUrl]: made.line, 'https://example.com/x': 'x' }),
    })
    expect(result).toMatchObject({ content: null, dereferencingMetadata: { deactivated: true } })
  })

  it('splits a DID URL into its parts', () => {
    expect(parseDidUrl(`${did}/a/%7Eb?x=%26&y#f`)).toEqual({
      did: expect.objectContaining({ did, scid }),
      path: '/a/%7Eb',
      query: new Map([
        ['x', '&'],
        ['y', ''],
      ]),
      fragment: 'f',
    })
  })
})

describe('toDidWeb', () => {
  it('rewrites the document as the specification says', () => {
    const id = `did:webvh:${scid}:example.com%3A3000:dids`
    const web = 'did:web:example.com%3A3000:dids'
    const document = {
      id,
      alsoKnownAs: [web, 'urn:x', 'urn:x'],
      authentication: [`${id}#a`],
      service: [{ id: `${id}#whois`, serviceEndpoint: 'https://w.example/' }],
    }
    expect(toDidWeb(document)).toEqual({
      id: web,
      alsoKnownAs: ['urn:x', id],
      authentication: [`${web}#a`],
      service: [
        { id: `${web}#whois`, serviceEndpoint: 'https://w.example/' },
        { id: '#files', type: 'relativeRef', serviceEndpoint: 'https://example.com:3000/dids/' },
      ],
    })
    expect(() => toDidWeb({})).toThrow(expect.objectContaining({ code: 'ERR_DPP_DID_INVALID' }))
  })
})

describe('watchers', () => {
  const watcher = 'https://watcher.example/v1/'

  it('are asked and told by the paths of their API', async () => {
    const requests: string[] = []
    const fetch: Fetch = async (url, init) => {
      requests.push(`${init.method} ${url} ${init.body ?? ''}`.trim())
      return new Response('content', { status: init.method === 'GET' ? 200 : 202 })
    }
    const options = { fetch, watcher }
    await fetchWatchedLog(scid, options)
    await fetchWatchedWitnessFile(scid, options)
    await fetchWatchedResource(scid, 'a b/c', options)
    await notifyWatcher(did, options)
    await notifyWatcherOfResource(scid, 'c', { p: 1 }, options)
    await requestLogDeletion(scid, { p: 2 }, options)
    await requestResourceDeletion(scid, 'c', { p: 3 }, options)
    const at = 'https://watcher.example/v1'
    expect(requests).toEqual([
      `GET ${at}/log?scid=${scid}`,
      `GET ${at}/witness?scid=${scid}`,
      `GET ${at}/resource?scid=${scid}&path=a+b%2Fc`,
      `POST ${at}/log?did=${encodeURIComponent(did)}`,
      `POST ${at}/resource?scid=${scid}&path=c {"p":1}`,
      `POST ${at}/log/delete?scid=${scid} {"p":2}`,
      `POST ${at}/resource/delete?scid=${scid}&path=c {"p":3}`,
    ])
  })

  it('may not know the SCID', async () => {
    const asked = fetchWatchedLog(scid, { fetch: serve({}), watcher })
    await expect(asked).rejects.toMatchObject({ code: 'ERR_DPP_FETCH_NOT_FOUND' })
  })

  it('get a presentation that is bound to the SCID and to them', async () => {
    const signer = testKey(1)
    const { proof, ...presentation } = await createWatcherPresentation({
      scid,
      watcher,
      signer,
      created: testTime(0),
    })
    expect(proof).toMatchObject({ challenge: scid, domain: watcher })
    const verify = (given: unknown) =>
      verifyProof(presentation, given, signer.publicKey, { proofPurpose: 'authentication' })
        .verified
    expect(verify(proof)).toBe(true)
    expect(verify({ ...(proof as object), domain: 'https://other.example/' })).toBe(false)
  })
})
