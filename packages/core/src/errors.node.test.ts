import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DppError, isDppError } from './errors.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const codesIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, code]) => code as string)

it('docs/errors.md has exactly one row for each code of this package', () => {
  const unions = ['./errors.ts', './proof/proof.ts'].flatMap((path) =>
    codesIn(read(path), /^ {2}\| '(ERR_DPP_\w+)'$/gm),
  )
  const section = read('../../../docs/errors.md')
    .split(/^## /m)
    .find((part) => part.startsWith('@dpp/core'))
  const rows = codesIn(section ?? '', /^\| `(ERR_DPP_\w+)` \|/gm)
  expect(new Set(rows).size).toBe(rows.length)
  expect(rows.toSorted()).toEqual([...new Set(unions)].toSorted())
})

it('isDppError knows errors of other copies, and nothing else', () => {
  const foreign = Object.assign(new Error('x'), { code: 'ERR_DPP_KEY_INVALID' })
  expect([new DppError('ERR_DPP_KEY_INVALID', 'x'), foreign].every(isDppError)).toBe(true)
  const others = [
    new Error('x'),
    Object.assign(new Error('x'), { code: 'ENOENT' }),
    { code: 'ERR_DPP_X' },
    null,
  ]
  expect(others.some(isDppError)).toBe(false)
  expect(new DppError('ERR_DPP_KEY_INVALID', 'x').name).toBe('DppError')
})
