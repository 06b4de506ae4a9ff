import { createLocalSigner, type JsonObject, type LocalSigner } from '@dpp/core'
import { describe, expect, it } from 'vitest'
import { resolveLog } from '../resolution/resolve-log.ts'
import { appendEntry, endLog, moveDocument } from './append-entry.ts'
import { createLog } from './create-log.ts'
import { formatHead, isOpen, type LogHead, parseHead } from './head.ts'
import { verifyLog } from './log.ts'
import { hashKey } from './update-key.ts'

const key = (n: number): LocalSigner => createLocalSigner(new Uint8Array(32).fill(n))
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second))

function create(parameters: JsonObject = {}, signer = key(1)) {
  const options = {
    domain: 'example.com',
    path: ['.well-known', 'did', '{SCID}'],
    signer,
    versionTime: at(0),
  }
  return createLog({ ...options, parameters: { updateKeys: [signer.multikey], ...parameters } })
}

async function append(
  head: LogHead,
  parameters: JsonObject,
  signer = key(1),
  document?: JsonObject,
) {
  const versionTime = at(head.versionNumber)
  return appendEntry(head, { parameters, signer, versionTime, document })
}

describe('createLog', () => {
  it('makes a log that resolves', async () => {
    const { did, scid, line } = await create({ portable: true })
    expect(did).toBe(`did:webvh:${scid}:example.com:.well-known:did:${scid}`)
    const result = resolveLog(did, line)
    expect(result.didDocument).toEqual({ id: did })
    expect(result.didDocumentMetadata).toMatchObject({
      portable: true,
      ttl: '3600',
      witness: {},
      watchers: [],
    })
  })

  it('replaces every placeholder, in names too', async () => {
    const document = { alsoKnownAs: ['x:{SCID}'], 'a{SCID}': 1, b: 2, 'a|': 3 }
    const parameters = { updateKeys: [key(1).multikey], watchers: ['https://w.example/{SCID}'] }
    const log = await createLog({
      domain: '{SCID}.example.com',
      document,
      parameters,
      signer: key(1),
      versionTime: at(0),
    })
    expect(log.line).not.toContain('{SCID}')
    expect(verifyLog(log.line).error).toBeUndefined()
    expect(log.head.parameters.watchers).toEqual([`https://w.example/${log.scid}`])
  })

  it.each([
    [{ updateKeys: [] }, 'ERR_DPP_LOG_KEY'],
    [{ updateKeys: [key(2).multikey] }, 'ERR_DPP_LOG_KEY'],
    [{ updateKeys: null }, 'ERR_DPP_LOG_PARAMETER'],
    [{ updateKeys: ['z6Mk'] }, 'ERR_DPP_LOG_PARAMETER'],
    [{ nextKeyHashes: [1] }, 'ERR_DPP_LOG_PARAMETER'],
    [{ ttl: 2 ** 31 + 1 }, 'ERR_DPP_LOG_PARAMETER'],
    [{ ttl: -1 }, 'ERR_DPP_LOG_PARAMETER'],
    [{ ttl: '60' }, 'ERR_DPP_LOG_PARAMETER'],
    [{ ttl: 1.5 }, 'ERR_DPP_LOG_PARAMETER'],
    [{ watchers: ['not a url'] }, 'ERR_DPP_LOG_PARAMETER'],
    [{ portable: 'true' }, 'ERR_DPP_LOG_PARAMETER'],
    [{ deactivated: 0 }, 'ERR_DPP_LOG_PARAMETER'],
    [{ unknown: true }, 'ERR_DPP_LOG_PARAMETER'],
    [{ toString: true }, 'ERR_DPP_LOG_PARAMETER'],
    [{ witness: null }, 'ERR_DPP_LOG_PARAMETER'],
  ])('refuses %j', async (parameters, code) => {
    await expect(create(parameters as JsonObject)).rejects.toMatchObject({ code })
  })

  it('refuses a document with another id', async () => {
    const options = {
      domain: 'example.com',
      parameters: { updateKeys: [key(1).multikey] },
      signer: key(1),
    }
    const made = createLog({
      ...options,
      document: { id: 'did:webvh:{SCID}:example.org' },
      versionTime: at(0),
    })
    await expect(made).rejects.toMatchObject({ code: 'ERR_DPP_LOG_DID' })
  })
})

describe('appendEntry', () => {
  it('updates the document and keeps the parameters', async () => {
    const { did, line, head } = await create({ ttl: 60 })
    const next = await append(head, {}, key(1), { id: did, alsoKnownAs: ['urn:a'] })
    const result = resolveLog(did, line + next.line)
    expect(result.didDocument).toEqual({ id: did, alsoKnownAs: ['urn:a'] })
    expect(result.didDocumentMetadata).toMatchObject({ versionId: next.head.versionId, ttl: '60' })
  })

  it('rotates keys: the new key signs from the next entry on', async () => {
    const { line, head } = await create()
    await expect(append(head, { updateKeys: [key(2).multikey] }, key(2))).rejects.toMatchObject({
      code: 'ERR_DPP_LOG_KEY',
    })
    const rotated = await append(head, { updateKeys: [key(2).multikey] })
    await expect(append(rotated.head, {}, key(1))).rejects.toMatchObject({
      code: 'ERR_DPP_LOG_KEY',
    })
    const last = await append(rotated.head, {}, key(2))
    expect(verifyLog(line + rotated.line + last.line)).toMatchObject({ head: { versionNumber: 3 } })
  })

  it('holds pre-rotation to both lists and to the commitment', async () => {
    const { line, head } = await create({
      nextKeyHashes: [hashKey(key(2).multikey), hashKey(key(9).multikey)],
    })
    const step = {
      updateKeys: [key(2).multikey],
      nextKeyHashes: [hashKey(key(3).multikey), hashKey(key(9).multikey)],
    }
    const code = 'ERR_DPP_LOG_PREROTATION'
    await expect(append(head, {}, key(1))).rejects.toMatchObject({ code })
    await expect(append(head, { updateKeys: step.updateKeys }, key(2))).rejects.toMatchObject({
      code,
    })
    await expect(append(head, { nextKeyHashes: step.nextKeyHashes }, key(2))).rejects.toMatchObject(
      { code },
    )
    const both = { ...step, updateKeys: [key(2).multikey, key(1).multikey] }
    await expect(append(head, both, key(2))).rejects.toMatchObject({ code })
    await expect(append(head, step, key(1))).rejects.toMatchObject({ code: 'ERR_DPP_LOG_KEY' })
    const next = await append(head, step, key(2))
    // The recovery key, whose hash stayed committed, takes over.
    const taken = await append(
      next.head,
      { updateKeys: [key(9).multikey], nextKeyHashes: [] },
      key(9),
    )
    const free = await append(taken.head, {}, key(9))
    expect(verifyLog(line + next.line + taken.line + free.line).error).toBeUndefined()
  })

  it('moves a portable DID and resolves by its old and its new name', async () => {
    const { did, scid, line, head } = await create({ portable: true })
    const document = moveDocument(head, { domain: 'example.org', path: ['{SCID}'] })
    const moved = await append(head, {}, key(1), document)
    expect(moved.head.did).toBe(`did:webvh:${scid}:example.org:${scid}`)
    for (const name of [did, moved.head.did]) {
      expect(resolveLog(name, line + moved.line).didDocument).toMatchObject({
        id: moved.head.did,
        alsoKnownAs: [did],
      })
    }
    const other = `did:webvh:${scid}:example.net`
    expect(resolveLog(other, line + moved.line).didResolutionMetadata.problemDetails?.code).toBe(
      'ERR_DPP_LOG_DID',
    )
    await expect(append(head, {}, key(1), { id: moved.head.did })).rejects.toMatchObject({
      code: 'ERR_DPP_LOG_PORTABILITY',
    })
    await expect(append(head, { portable: false }, key(1), document)).rejects.toMatchObject({
      code: 'ERR_DPP_LOG_PORTABILITY',
    })
    await expect(append(head, { portable: true })).rejects.toMatchObject({
      code: 'ERR_DPP_LOG_PORTABILITY',
    })
  })

  it('refuses a time that is not later', async () => {
    const { head } = await create()
    const again = appendEntry(head, { signer: key(1), versionTime: at(0) })
    await expect(again).rejects.toMatchObject({ code: 'ERR_DPP_LOG_TIME' })
  })

  it('appends to a head that was stored', async () => {
    const { line, head } = await create({ portable: true, watchers: ['https://w.example/'] })
    const stored = parseHead(formatHead(head))
    expect(stored).toEqual(head)
    const next = await append(stored, {})
    expect(verifyLog(line + next.line).head).toEqual(next.head)
    expect(() => parseHead('{}')).toThrow(expect.objectContaining({ code: 'ERR_DPP_LOG_HEAD' }))
  })

  it('verifies only what follows a head, in the whole log or alone', async () => {
    const { did, line, head } = await create()
    const next = await append(head, { ttl: 1 })
    for (const log of [line + next.line, next.line]) {
      const report = verifyLog(log, { did, from: head })
      expect(report.error).toBeUndefined()
      expect(report.versions.map(({ versionNumber }) => versionNumber)).toEqual([2])
      expect(report.head).toEqual(next.head)
    }
    const fork = await append(head, { ttl: 2 })
    expect(verifyLog(line + fork.line, { from: next.head }).error?.code).toBe('ERR_DPP_LOG_HEAD')
    expect(verifyLog(line, { from: next.head }).error?.code).toBe('ERR_DPP_LOG_HEAD')
    expect(verifyLog(line, { from: head })).toMatchObject({ versions: [], head })
  })
})

describe('endLog', () => {
  it('deactivates: no document, no further entry, earlier versions readable', async () => {
    const { did, line, head } = await create()
    const [last] = await endLog(head, { as: 'deactivated', signer: key(1), versionTime: at(1) })
    const log = line + last?.line
    const result = resolveLog(did, log)
    expect(result.didDocument).toBeNull()
    expect(result.didResolutionMetadata).toMatchObject({ deactivated: true, updatable: false })
    const first = resolveLog(did, log, { versionNumber: 1 })
    expect(first.didDocument).toEqual({ id: did })
    expect(first.didDocumentMetadata).toMatchObject({ deactivated: true })
    await expect(append(last?.head as LogHead, {})).rejects.toMatchObject({
      code: 'ERR_DPP_LOG_DEACTIVATED',
    })
  })

  it('leaves pre-rotation in two steps', async () => {
    const { did, line, head } = await create({ nextKeyHashes: [hashKey(key(2).multikey)] })
    const direct = append(head, { updateKeys: [], nextKeyHashes: [] }, key(2))
    await expect(direct).rejects.toMatchObject({ code: 'ERR_DPP_LOG_KEY' })
    const steps = await endLog(head, {
      as: 'closed',
      signer: key(2),
      updateKey: key(2).multikey,
      versionTime: at(1),
    })
    expect(steps).toHaveLength(2)
    const report = verifyLog(line + steps.map((step) => step.line).join(''), { did })
    expect(report.head && isOpen(report.head)).toBe(false)
    expect(resolveLog(did, line + steps.map((step) => step.line).join('')).didDocument).toEqual({
      id: did,
    })
    await expect(append(steps[1]?.head as LogHead, {}, key(2))).rejects.toMatchObject({
      code: 'ERR_DPP_LOG_KEY',
    })
  })
})
