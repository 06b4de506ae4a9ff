import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { describeJournal } from './journal.suite.ts'
import { openSqliteJournal } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'dpp-journal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describeJournal('sqlite', async () => {
  return openSqliteJournal(mkdtempSync(join(folder, 'j-')), () => {})
})
