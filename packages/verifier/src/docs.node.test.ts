// The tables in docs/ name exactly what the code knows.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { verifierErrorCodes } from './errors.ts'
import { englishReasons } from './verdict/reasons.ts'

function page(name: string): string {
  return readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')
}

it('docs/errors.md has one row for each code of this package', () => {
  const section =
    page('errors.md')
      .split(/^## /m)
      .find((part) => part.startsWith('@dpp/verifier')) ?? ''
  const rows = [...section.matchAll(/^\| `(ERR_DPP_\w+)` \|/gm)].map(([, code]) => code)
  expect(rows).toEqual([...verifierErrorCodes])
})

it('docs/reasons.md has one row for each reason', () => {
  const rows = [...page('reasons.md').matchAll(/^\| `([a-z]+\.[a-z-]+)` \|/gm)].map(
    ([, code]) => code,
  )
  expect(rows).toEqual(Object.keys(englishReasons))
})
