import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { describeJournal } from './journal.suite.ts'
import { describeOwnersRequests } from './owners-requests.suite.ts'
import { openSqliteJournal } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'dpp-journal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

for (const describeContract of [describeJournal, describeOwnersRequests]) {
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
