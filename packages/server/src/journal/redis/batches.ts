// The batch book on Redis. Every write carries the fencing token, which the script compares inside Redis: a process that
// lost the lease while it slept changes nothing. Long work goes in pieces, each whole, so that no script holds Redis up.
import { invariant } from '@dpp/core'
import type { Batch, BatchBook, ClaimedKey, Leaf, SignedEntry, Tip } from '../batch-port.ts'
import { createRedisBatchReader, formatLeaf } from './batch-reader.ts'
import { batchScripts as scripts } from './batch-scripts.ts'
import { parseProduct } from './products.ts'
import { parseList, parseRows, textOf } from './replies.ts'
import type { Argument, Script, Scripts } from './script.ts'

const PIECE = 1_000

/** The writing side for the holder of `token`; `release` gives the lease back. */
export function createRedisBatchBook(
  all: Scripts,
  token: number,
  release: () => Promise<void>,
): BatchBook {
  const { run } = all
  const reader = createRedisBatchReader(all)
  const fenced = (script: Script, args: readonly Argument[]): Promise<unknown> =>
    run(script, args, token)

  async function claim(limit: number, now: Date): Promise<Batch | undefined> {
    let id = 0
    let isMore = true
    for (let left = limit; isMore; ) {
      const args = [id, Math.min(left, PIECE), PIECE, now.getTime()]
      const [batch = 0, claimed = 0, more] = parseList(await fenced(scripts.CLAIM, args)).map(
        Number,
      )
      id = batch
      left -= claimed
      isMore = more === 1
    }
    return id === 0 ? undefined : await reader.find(id)
  }

  async function recordEntries(id: number, entries: readonly SignedEntry[]): Promise<void> {
    const args = entries.flatMap(({ entry, head, controller, digests }) => {
      const { scid, versionNumber, versionId, line } = entry
      return [scid, versionNumber, versionId, line, head, controller, digests.length]
    })
    for (;;) {
      const more = parseList(await fenced(scripts.RECORD_ENTRIES, [id, ...args])).map(textOf)
      if (more.length === 0) return
      const crowded = entries.filter(({ entry }) => more.includes(entry.scid))
      for (const { entry, digests } of crowded) await returnClaims(id, entry.scid, digests.length)
    }
  }

  async function returnClaims(id: number, scid: string, kept: number): Promise<void> {
    const args = [id, scid, kept, PIECE]
    while ((await fenced(scripts.RETURN_CLAIMS, args)) === PIECE);
  }

  async function refuseKey(id: number, claimed: ClaimedKey, reason: string): Promise<void> {
    const { issuer, verificationMethod, key } = claimed
    const signer = `${issuer}\t${verificationMethod}\t${key}`
    let last: readonly Argument[] = ['', 0]
    while (last.length > 0) {
      const reply = await fenced(scripts.REFUSE_KEY, [id, signer, reason, PIECE, ...last])
      last = parseList(reply).map(textOf)
    }
  }

  async function recordRoot(id: number, root: string, leaves: readonly Leaf[]): Promise<void> {
    for (let at = 0; at < leaves.length; at += PIECE) {
      const staged = leaves.slice(at, at + PIECE).map(formatLeaf)
      const isStaged = await fenced(scripts.STAGE_LEAVES, [id, at, ...staged])
      if (isStaged === 0) break // It has a root: the script below says whether it is this one.
    }
    const issuers = leaves.filter(({ kind }) => kind === 'issuer')
    const tips = issuers.map(({ scid, versionId }) => `${scid}\t${versionId}`)
    await fenced(scripts.RECORD_ROOT, [id, root, leaves.length, ...tips])
  }

  async function texts(script: Script, args: readonly Argument[]): Promise<string[]> {
    return parseList(await run(script, args)).map(textOf)
  }

  async function* tips(id: number): AsyncGenerator<Tip> {
    let after = ''
    for (;;) {
      const rows = parseRows(await run(scripts.TIPS, [id, after, PIECE]))
      for (const row of rows) {
        const [scid = '', versionId = '', line = '', parent = ''] = row.map(textOf)
        after = scid
        yield { scid, versionId, line, parent: parent === '' ? null : parent }
      }
      if (rows.length < PIECE) return
    }
  }

  return {
    ...reader,
    claim,
    claimedKeys: async (id) =>
      (await texts(scripts.CLAIMED_KEYS, [id])).map((text) => {
        const [issuer = '', verificationMethod = '', key = ''] = text.split('\t')
        return { issuer, verificationMethod, key }
      }),
    refuseKey,
    claimedProducts: async (id, { products, digests: enough, perProduct }) =>
      parseRows(await run(scripts.CLAIMED_PRODUCTS, [id, products, enough, perProduct])).map(
        ([fields, digests]) => {
          const product = parseProduct(fields)
          invariant(product !== undefined, 'a delivery is claimed for a hosted product only')
          return { product, digests: parseList(digests).map(textOf) }
        },
      ),
    recordEntries,
    suspend: async (id, scid, reason) => void (await fenced(scripts.SUSPEND, [id, scid, reason])),
    setAside: async (id, scid, reason) =>
      void (await fenced(scripts.SET_ASIDE, [id, scid, reason])),
    handOver: async (id, scid) => void (await fenced(scripts.HAND_OVER, [id, scid])),
    products: (id, limit, after = '') => texts(scripts.PAGE, [id, 'p', after, limit]),
    voidEntries: async (id, scid, kept, { entries, head, controller }) => {
      const lines = entries.flatMap(({ versionId, line }) => [versionId, line])
      const args = [id, scid, kept, entries.length, head, controller, ...lines]
      await fenced(scripts.VOID, args)
    },
    defer: async (id, scid) => void (await fenced(scripts.DEFER, [id, scid])),
    digests: (id, limit, after = '') => texts(scripts.PAGE, [id, 's', after, limit]),
    notePublished: async (id, kind, item) =>
      void (await fenced(scripts.NOTE_PUBLISHED, [id, kind, item])),
    publishedUpTo: async (id, kind) => {
      const item = await run(scripts.PUBLISHED_UP_TO, [id, kind])
      return item === null ? undefined : textOf(item)
    },
    tips,
    issuers: async (id) => (await texts(scripts.ISSUERS, [id])).sort(),
    isAnchoredTip: async (scid, versionId) =>
      (await run(scripts.IS_ANCHORED_TIP, [scid, versionId])) === 1,
    recordRoot,
    advance: async (id, state, now) =>
      void (await fenced(scripts.ADVANCE, [id, state, now.getTime()])),
    noteProblem: async (id, problem) =>
      void (await fenced(scripts.NOTE_PROBLEM, [id, problem ?? ''])),
    release,
  }
}
