// A journal that fails for a moment while a log is handed over is no fault of its product.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalSigner, generateSeed } from '@dpp/core'
import { createLog, createProductDocument, formatHead, hashKey, PRODUCT_PATH } from '@dpp/webvh'
import { expect, it } from 'vitest'
import { createUpdateKeys } from '../custody/update-keys.ts'
import type { BatchBook } from '../journal/batch-port.ts'
import type { Product } from '../journal/log-port.ts'
import { openSqliteJournal } from '../journal/sqlite.ts'
import type { BatchContext } from './context.ts'
import { signEntries } from './sign-entries.ts'

const now = new Date('2026-11-02T14:00:00Z')
const item = 'https://id.gs1.org/01/09521234500018/21/a'
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const multikey = createLocalSigner(generateSeed()).multikey

// A log that commits to keys of its owner alone.
async function takenOver() {
  const owner = createLocalSigner(generateSeed())
  const controller = `did:key:${multikey}`
  const { did, scid, line, head } = await createLog({
    domain: 'windowco.example',
    path: [...PRODUCT_PATH],
    document: createProductDocument({ domain: 'windowco.example', digitalLink: item, controller }),
    parameters: { updateKeys: [owner.multikey], nextKeyHashes: [hashKey(multikey)] },
    signer: owner,
    versionTime: now,
  })
  const product: Product = {
    ...{ did, scid, item, controller },
    ...{ control: 'delegated', head: formatHead(head) },
  }
  return { product, genesis: { scid, versionNumber: 1, versionId: head.versionId, line } }
}

it('hands a log over at the second try, and suspends nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-sign-'))
  const journal = openSqliteJournal(folder, () => {})
  const { product, genesis } = await takenOver()
  await journal.products.add(product, genesis)
  const { did, scid } = product
  const event = {
    ...{ digest: 'z1', issuer: `did:key:${multikey}`, id: 'urn:1', text: '{}', key: multikey },
    verificationMethod: `did:key:${multikey}#${multikey}`,
    products: [{ did, scid, hosted: true }],
  }
  await journal.events.accept([event], 'receipt', now)
  const book = await journal.acquireLease()
  const batch = await book?.claim(10, now)
  if (book === undefined || batch === undefined) throw new Error('a batch is claimed')
  const outage = Object.assign(new Error('no answer'), { code: 'ERR_REDIS_OUTAGE' })
  const handOver = [() => Promise.reject(outage), book.handOver]
  const failing: BatchBook = {
    ...book,
    handOver: async (...asked) => await handOver.shift()?.(...asked),
  }
  const context = {
    journal,
    book: failing,
    updateKeys: createUpdateKeys(new Uint8Array(32)),
    issuerLogs: { keyFor: async () => ({ multikey }) },
    now: () => now,
    crashPoint: () => {},
    log: quiet,
  } as unknown as BatchContext // The steps before and after are not run.

  await expect(signEntries(context, batch)).rejects.toBe(outage)
  expect(await journal.products.suspended()).toEqual([])
  expect(await journal.events.countDead()).toBe(0)
  expect((await signEntries(context, batch)).state).toBe('signed')
  expect(await journal.events.deliveries('z1')).toEqual([{ scid, state: 'awaiting-controller' }])
  await journal.close()
  await rm(folder, { recursive: true, force: true })
})
