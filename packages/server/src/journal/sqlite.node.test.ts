import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { Leaf } from './batch-port.ts'
import { describeClaims } from './claims.suite.ts'
import { describeJournal, genesis, product } from './journal.suite.ts'
import { describeOwnersRequests } from './owners-requests.suite.ts'
import { openSqliteJournal } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'dpp-journal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

for (const describeContract of [describeJournal, describeClaims, describeOwnersRequests]) {
  describeContract('sqlite', async () => {
    return openSqliteJournal(mkdtempSync(join(folder, 'j-')), () => {})
  })
}

it('lets nobody else read its files, whoever may look into the folder', async () => {
  const open = mkdtempSync(join(folder, 'j-'))
  chmodSync(open, 0o755)
  const journal = openSqliteJournal(open, () => {})
  await journal.probe()
  const modes = readdirSync(open).map((file) => [file, statSync(join(open, file)).mode & 0o777])
  await journal.close()
  expect(modes).toEqual(['', '-shm', '-wal'].map((end) => [`journal.sqlite${end}`, 0o600]))
})

it('counts no leaf before the root is there, and begins again after it broke off', async () => {
  const journal = openSqliteJournal(mkdtempSync(join(folder, 'j-')), () => {})
  await journal.products.add(product('a'), genesis('a'))
  const book = await journal.acquireLease()
  await book?.claim(10, new Date())
  const leaves = Array.from({ length: 1500 }, (_, i): Leaf => {
    const leafHash = new Uint8Array(32).fill(i)
    return { kind: 'issuer', scid: `Q${i}`, versionId: '1-x', parent: null, leafHash }
  })
  const broken = { ...leaves[0], leafHash: 'none' } as unknown as Leaf
  await expect(book?.recordRoot(1, '0x01', leaves.with(1200, broken))).rejects.toThrow()
  expect(await book?.isAnchoredTip('Q0', '1-x')).toBe(false)
  await book?.recordRoot(1, '0x01', leaves.slice(1, 700))
  expect(await journal.batches.leaves(1)).toEqual(leaves.slice(1, 700))
  expect(await book?.isAnchoredTip('Q1', '1-x')).toBe(true)
  expect(await book?.isAnchoredTip('Q0', '1-x')).toBe(false)
  await book?.release()
  await journal.close()
})
