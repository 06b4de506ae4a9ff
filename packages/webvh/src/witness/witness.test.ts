import { createProof, encodeDidKey, encodeMultikey, type JsonObject } from '@dpp/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { appendEntry } from '../log/append-entry.ts'
import { createLog } from '../log/create-log.ts'
import type { LogHead } from '../log/head.ts'
import { verifyLog } from '../log/log.ts'
import { forgeLine, makeLog, testKey, testTime } from '../log/test-logs.ts'
import { witnessDocument } from './witness-check.ts'
import { type WitnessJournal, witnessEntry } from './witness-entry.ts'
import {
  formatWitnessProofs,
  mergeWitnessProofs,
  parseWitnessProofs,
  pruneWitnessProofs,
  type WitnessProofs,
} from './witness-proofs.ts'

const witnessKeys = [testKey(51), testKey(52), testKey(53)]
const ids = witnessKeys.map(({ publicKey }) => encodeDidKey(publicKey))
const list = (threshold: number, ...members: readonly number[]): JsonObject => ({
  threshold,
  witnesses: members.map((member) => ({ id: ids[member] ?? '' })),
})

async function approve(versionId: string, ...members: readonly number[]): Promise<WitnessProofs> {
  const proofs = members.map((member) => {
    const signer = witnessKeys[member] ?? testKey(99)
    return createProof(witnessDocument(versionId), { signer, created: testTime(0) })
  })
  return { versionId, proof: await Promise.all(proofs) }
}

/** A log whose entries state these `witness` parameters, in order; `undefined` states none. */
async function witnessed(
  ...lists: readonly (JsonObject | undefined)[]
): Promise<{ text: string; heads: LogHead[]; ids: string[] }> {
  const signer = testKey(1)
  const [firstList, ...rest] = lists
  const parameters = { updateKeys: [signer.multikey], ...(firstList && { witness: firstList }) }
  const created = await createLog({
    domain: 'example.com',
    parameters,
    signer,
    versionTime: testTime(1),
  })
  let text = created.line
  const heads = [created.head]
  for (const [index, each] of rest.entries()) {
    const head = heads.at(-1) ?? created.head
    const stated = each === undefined ? {} : { witness: each }
    const next = await appendEntry(head, {
      parameters: stated,
      signer,
      versionTime: testTime(index + 2),
    })
    text += next.line
    heads.push(next.head)
  }
  return { text, heads, ids: heads.map(({ versionId }) => versionId) }
}

async function verified(
  log: { text: string },
  ...file: readonly (WitnessProofs | Promise<WitnessProofs>)[]
) {
  const report = verifyLog(log.text, { witnessFile: formatWitnessProofs(await Promise.all(file)) })
  return [report.versions.length, report.error?.code]
}

const missing = 'ERR_DPP_DID_WITNESS_THRESHOLD'

describe('the witness parameter', () => {
  const id = ids[0] ?? ''
  it.each([
    [{ threshold: 1 }],
    [{ witnesses: [{ id }] }],
    [{ threshold: 1, witnesses: [] }],
    [{ threshold: 0, witnesses: [{ id }] }],
    [{ threshold: 2, witnesses: [{ id }] }],
    [{ threshold: 1.5, witnesses: [{ id }, { id: ids[1] ?? '' }] }],
    [{ threshold: '1', witnesses: [{ id }] }],
    [{ threshold: 1, witnesses: [{ id }, { id }] }],
    [{ threshold: 1, witnesses: [id] }],
    [{ threshold: 1, witnesses: [{ id: 'did:web:example.com' }] }],
    [{ threshold: 1, witnesses: [{ id: encodeMultikey(testKey(51).publicKey) }] }],
    [{ threshold: 1, witnesses: [{ id: `${id}#${id.slice(8)}` }] }],
    // A P-256 key: refused with the parameters, not first with a signature.
    [
      {
        threshold: 1,
        witnesses: [{ id: 'did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv' }],
      },
    ],
    [{ threshold: 1, witnesses: [{ id, weight: 1 }] }],
    [{ threshold: 1, witnesses: [{ id }], more: 1 }],
  ])('is refused: %j', async (witness) => {
    await expect(witnessed(witness as JsonObject)).rejects.toMatchObject({
      code: 'ERR_DPP_LOG_PARAMETER',
    })
    const { lines } = await makeLog(1)
    const line = lines[0] ?? ''
    const { parameters, versionId } = JSON.parse(line)
    const forged = await forgeLine(line, {
      changes: { parameters: { ...parameters, witness } },
      predecessor: versionId,
    })
    expect(verifyLog(forged).error?.code).toBe('ERR_DPP_LOG_PARAMETER')
  })
})

describe('witness verification', () => {
  it('needs the threshold for every entry while witnesses are active', async () => {
    const log = await witnessed(list(2, 0, 1, 2), undefined)
    const [a = '', b = ''] = log.ids
    expect(await verified(log)).toEqual([0, missing])
    expect(verifyLog(log.text).error?.code).toBe(missing)
    expect(await verified(log, approve(a, 0))).toEqual([0, missing])
    expect(await verified(log, approve(a, 0, 1))).toEqual([1, missing])
    expect(await verified(log, approve(a, 0, 1), approve(b, 1, 2))).toEqual([2, undefined])
  })

  it('counts a proof of a later published entry for the earlier ones', async () => {
    const log = await witnessed(list(2, 0, 1), undefined, undefined)
    const [a = '', b = '', c = ''] = log.ids
    expect(await verified(log, approve(c, 0, 1))).toEqual([3, undefined])
    expect(await verified(log, approve(c, 0), approve(b, 1))).toEqual([2, missing])
    expect(await verified(log, approve(a, 0, 1), approve(c, 0))).toEqual([1, missing])
  })

  it('counts each witness once, and only listed ones', async () => {
    const log = await witnessed(list(2, 0, 1))
    const [a = ''] = log.ids
    const [one, two] = [await approve(a, 0), await approve(a, 0)]
    expect(await verified(log, one, two)).toEqual([0, missing])
    expect(await verified(log, one, await approve(a, 2))).toEqual([0, missing])
    expect(await verified(log, one, await approve(a, 2, 2, 1))).toEqual([1, undefined])
  })

  it('ignores proofs of versions that the log lacks', async () => {
    const log = await witnessed(list(1, 0))
    expect(
      await verified(log, approve('2-QmbJbXrBXhmVZWcQHdbTjJ2jgrzUfAqEMZQHbb8qNCXxkW', 0)),
    ).toEqual([0, missing])
    const longer = await witnessed(list(1, 0), undefined)
    expect(await verified(log, approve(longer.ids[1] ?? '', 0))).toEqual([0, missing])
  })

  it('has the old list approve the new one, and its end', async () => {
    const replaced = await witnessed(list(1, 0), list(1, 1), undefined)
    const [a = '', b = '', c = ''] = replaced.ids
    expect(await verified(replaced, approve(a, 0), approve(c, 1))).toEqual([1, missing])
    expect(await verified(replaced, approve(b, 0), approve(c, 1))).toEqual([3, undefined])
    const ended = await witnessed(list(1, 0), {}, undefined)
    expect(await verified(ended, approve(ended.ids[0] ?? '', 0))).toEqual([1, missing])
    expect(await verified(ended, approve(ended.ids[1] ?? '', 0))).toEqual([3, undefined])
  })

  it('has a first list approve the entry that brings it', async () => {
    const log = await witnessed(undefined, list(1, 0))
    expect(await verified(log)).toEqual([1, missing])
    expect(await verified(log, approve(log.ids[1] ?? '', 0))).toEqual([2, undefined])
  })

  it('passes over proofs that fail, whatever is wrong with them', async () => {
    const log = await witnessed(list(1, 0))
    const [a = ''] = log.ids
    const good = (await approve(a, 0)).proof[0] as unknown as JsonObject
    const stranger = testKey(9).multikey
    const id = ids[0]?.slice(8) ?? ''
    for (const changes of [
      { cryptosuite: 'eddsa-rdfc-2022' },
      { proofPurpose: 'authentication' },
      { verificationMethod: `did:key:${id}#${stranger}` },
      { verificationMethod: `did:key:${stranger}#${id}` },
      { verificationMethod: `did:key:${id}` },
      { verificationMethod: `did:web:example.com#${id}` },
      { proofValue: 'z1' },
      { created: 'now' },
      { expires: '2026-01-01T00:00:00Z' },
    ]) {
      const bad = JSON.stringify([{ versionId: a, proof: [{ ...good, ...changes }, null, 1] }])
      expect(verifyLog(log.text, { witnessFile: bad }).error?.code).toBe(missing)
      const both = JSON.stringify([{ versionId: a, proof: [{ ...good, ...changes }, good] }])
      expect(verifyLog(log.text, { witnessFile: both }).error).toBeUndefined()
    }
  })

  it('never makes up for a bad entry', async () => {
    const log = await witnessed(list(1, 0), undefined)
    const text = log.text.replace(
      /"versionTime":"2026-01-01T00:00:02Z"/,
      '"versionTime":"2026-01-01T00:00:03Z"',
    )
    const file = formatWitnessProofs([await approve(log.ids[1] ?? '', 0)])
    // The bad entry's own approval is none for the entry before it: that entry is not published as far as we know.
    expect(verifyLog(text, { witnessFile: file })).toMatchObject({
      versions: [],
      error: { code: missing },
    })
  })

  it('goes on from a head with the list that was active there', async () => {
    const log = await witnessed(list(1, 0), undefined)
    const from = log.heads[0]
    expect(verifyLog(log.text, { from }).error?.code).toBe(missing)
    const witnessFile = formatWitnessProofs([await approve(log.ids[1] ?? '', 0)])
    expect(verifyLog(log.text, { from, witnessFile })).toMatchObject({
      versions: [{ versionNumber: 2 }],
    })
  })
})

describe('did-witness.json', () => {
  it.each([
    '',
    '{}',
    'null',
    '[1]',
    '[null]',
    '[{}]',
    '[{"versionId":1}]',
    '[{"versionId":"1-x","proof":{}}]',
    '[{"versionId":"a","versionId":"b"}]',
  ])('is refused: %s', async (text) => {
    expect(() => parseWitnessProofs(text)).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_DID_WITNESS_SYNTAX' }),
    )
    const log = await witnessed(list(1, 0))
    expect(verifyLog(log.text, { witnessFile: text }).error?.code).toBe(
      'ERR_DPP_DID_WITNESS_SYNTAX',
    )
  })

  it('is read back as written, without members that have no proof', async () => {
    const file = [await approve('2-b', 0, 1), await approve('1-a', 2)]
    expect(
      parseWitnessProofs(formatWitnessProofs([...file, { versionId: '3-c', proof: [] }])),
    ).toEqual(file.toReversed())
    expect(parseWitnessProofs('[{"versionId":"1-x"}]')).toEqual([{ versionId: '1-x', proof: [] }])
    expect(() => parseWitnessProofs('[]'.padEnd(100), { maxBytes: 99 })).toThrow(/larger/)
  })

  it('merges, keeps one copy, and refuses a fork', async () => {
    const [a, b] = [await approve('1-a', 0), await approve('1-a', 1)]
    expect(mergeWitnessProofs([a], [b, a])).toEqual([
      { versionId: '1-a', proof: [...a.proof, ...b.proof] },
    ])
    const fork = await approve('1-x', 0)
    expect(() => mergeWitnessProofs([a], [fork])).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_DID_WITNESS_CONFLICT' }),
    )
  })

  it('prunes to the newest published proof of each witness and the unpublished ones', async () => {
    const [a, b, c] = [await approve('1-a', 0, 1), await approve('2-b', 0), await approve('3-c', 0)]
    expect(pruneWitnessProofs([a, b, c], ['1-a', '2-b'])).toEqual([
      { versionId: '1-a', proof: a.proof.slice(1) },
      b,
      c,
    ])
  })

  it('pruned, approves what it approved before', async () => {
    const members = fc.subarray([0, 1, 2])
    await fc.assert(
      fc.asyncProperty(fc.tuple(members, members, members), async (given) => {
        const log = await witnessed(list(2, 0, 1, 2), undefined, undefined)
        const file = await Promise.all(
          log.ids.map((id, index) => approve(id, ...(given[index] ?? []))),
        )
        const pruned = pruneWitnessProofs(file, log.ids)
        expect(await verified(log, ...pruned)).toEqual(await verified(log, ...file))
      }),
      { numRuns: 20 },
    )
  })
})

describe('witnessEntry', () => {
  const journal = (): WitnessJournal => {
    const known = new Map<string, string>()
    return {
      claim: async (parent, versionId) =>
        known.set(parent, known.get(parent) ?? versionId).get(parent) ?? '',
    }
  }
  const now = testTime(100)

  it('approves a valid next entry, and the approval counts', async () => {
    const log = await witnessed(list(1, 0), undefined)
    const [line = '', next = ''] = log.text.split(/(?<=\n)/)
    const signer = witnessKeys[0] ?? testKey(99)
    const first = await witnessEntry(undefined, line, { signer, journal: journal(), now })
    const second = await witnessEntry(first.head, next, { signer, journal: journal(), now })
    expect(await verified(log, second.approval)).toEqual([2, undefined])
  })

  it('signs one child of a version only', async () => {
    const log = await witnessed(list(1, 0))
    const head = log.heads[0] as LogHead
    const options = { signer: witnessKeys[0] ?? testKey(99), journal: journal(), now }
    const children = await Promise.all(
      [2, 3].map((at) => appendEntry(head, { signer: testKey(1), versionTime: testTime(at) })),
    )
    await witnessEntry(head, children[0]?.line ?? '', options)
    await witnessEntry(head, children[0]?.line ?? '', options)
    const fork = witnessEntry(head, children[1]?.line ?? '', options)
    await expect(fork).rejects.toMatchObject({ code: 'ERR_DPP_DID_WITNESS_CONFLICT' })
  })

  it('refuses what a resolver refuses, and to sign for others', async () => {
    const log = await witnessed(list(1, 0))
    const options = { signer: witnessKeys[1] ?? testKey(99), journal: journal(), now }
    await expect(witnessEntry(undefined, log.text, options)).rejects.toMatchObject({
      code: 'ERR_DPP_DID_WITNESS_ROLE',
    })
    const early = { ...options, now: testTime(-1000) }
    await expect(witnessEntry(undefined, log.text, early)).rejects.toMatchObject({
      code: 'ERR_DPP_LOG_TIME',
    })
    const bad = log.text.replace('example.com', 'example.org')
    await expect(witnessEntry(undefined, bad, options)).rejects.toMatchObject({
      code: 'ERR_DPP_LOG_SCID',
    })
  })
})
