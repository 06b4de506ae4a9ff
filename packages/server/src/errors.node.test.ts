import { readFileSync } from 'node:fs'
import { DppError } from '@dpp/core'
import { describe, expect, it } from 'vitest'
import { serverErrorCodes } from './errors.ts'
import { toProblem } from './http/problem.ts'

describe('docs/errors.md', () => {
  const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const section = text.split(/^## /m).find((part) => part.startsWith('@dpp/server')) ?? ''
  const statusOf = (code: string): number => toProblem(new DppError(code, '')).status

  it('has one row for each code of this package', () => {
    const rows = [...section.matchAll(/^\| `(ERR_DPP_\w+)` \|/gm)].map(([, code]) => code)
    expect(rows).toEqual([...serverErrorCodes])
  })

  it('says with which status each is answered', () => {
    const rows = [...section.matchAll(/^\| `(ERR_DPP_\w+)` \| (\d+) \|/gm)]
    const said = rows.map(([, code = '', status]) => [code, Number(status)])
    // Nothing is thrown with it: it is what every other error becomes.
    const thrown = said.filter(([code]) => code !== 'ERR_DPP_HTTP_INTERNAL')
    expect(thrown.map(([code]) => [code, statusOf(String(code))])).toEqual(thrown)
    expect(thrown.length).toBeGreaterThan(30)
  })

  it('blames no request for a store or a key service that fails', () => {
    const ours = [...text.matchAll(/^\| `(ERR_DPP_(?:STORE|KEY)_\w+)` \|/gm)].map(
      ([, code = '']) => code,
    )
    const blamed = ours.filter((code) => statusOf(code) < 500)
    expect(blamed).toEqual([
      'ERR_DPP_KEY_INVALID',
      'ERR_DPP_STORE_KEY_INVALID',
      'ERR_DPP_KEY_WRAPPED',
    ])
  })
})
