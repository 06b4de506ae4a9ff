import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { chainErrorCodes } from '../chain/chain-errors.ts'
import { anchorNoticeCodes, ethereumErrorCodes } from './errors.ts'

it('docs/errors.md has one row for each code of reading, sending and waiting', () => {
  const text = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  const section = text.split(/^## /m).find((part) => part.startsWith('Ethereum')) ?? ''
  const rows = [...section.matchAll(/^\| `(ERR_DPP_\w+)` \|/gm)].map(([, code]) => code)
  expect(rows).toEqual([...chainErrorCodes, ...ethereumErrorCodes, ...anchorNoticeCodes])
})
