import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { reportFolder, writeReports } from './api-report.ts'

const fresh = mkdtempSync(join(tmpdir(), 'dpp-api-'))
afterAll(() => rmSync(fresh, { recursive: true, force: true }))

it('no public interface changed without its report: after a change that is meant, npm run api', () => {
  const names = writeReports(fresh).map((name) => `${name}.api.md`)
  expect(readdirSync(reportFolder).toSorted()).toEqual(names.toSorted())
  for (const name of names) {
    const [committed, built] = [reportFolder, fresh].map((folder) =>
      readFileSync(join(folder, name), 'utf8'),
    )
    expect(built, name).toBe(committed)
  }
})
