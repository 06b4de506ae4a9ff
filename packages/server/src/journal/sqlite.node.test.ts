import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
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
