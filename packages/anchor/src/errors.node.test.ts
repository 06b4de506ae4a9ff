import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { anchorErrorCodes, keyErrorCodes, storeErrorCodes } from './errors.ts'

it('docs/errors.md has one row for each code of @dpp/anchor', () => {
  const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const section = text.split(/^## /m).find((part) => part.startsWith('@dpp/anchor\n')) ?? ''
  const rows = [...section.matchAll(/^\| `(ERR_DPP_\w+)` \|/gm)].map(([, code]) => code)
  expect(rows).toEqual([...anchorErrorCodes, ...storeErrorCodes, ...keyErrorCodes])
})
