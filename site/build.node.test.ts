import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { buildSite } from './build.ts'
import { sections } from './sections.ts'

const out = mkdtempSync(join(tmpdir(), 'dpp-site-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))

it('the site builds without a warning, holds every page and every public entry, and can be searched', async () => {
  expect(await buildSite(out)).toEqual([])
  const documents = readdirSync(join(out, 'documents')).filter((name) => name.endsWith('.html'))
  expect(documents).toHaveLength(sections.flatMap(({ pages }) => pages).length)
  const modules = readdirSync(join(out, 'modules'))
  for (const name of ['_dpp_core', '_dpp_anchor_store_s3', '_dpp_verifier_pack', '_dpp_server']) {
    expect(modules).toContain(`${name}.html`)
  }
  expect(existsSync(join(out, 'assets/search.js'))).toBe(true)
  expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain('How data flows')
})
