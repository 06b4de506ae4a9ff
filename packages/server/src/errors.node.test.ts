import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { serverErrorCodes } from './errors.ts'

it('docs/errors.md has one row for each code of this package', () => {
  const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const section = text.split(/^## /m).find((part) => part.startsWith('@dpp/server')) ?? ''
  const rows = [...section.matchAll(/^\| `(ERR_DPP_\w+)` \|/gm)].map(([, code]) => code)
  expect(rows).toEqual([...serverErrorCodes])
})
