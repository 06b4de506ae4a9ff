import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { makeExamples, replaceExamples, specPage } from './spec-examples.ts'

it('the format pages show what the code makes: after a change that is meant, node site/spec-examples.ts', async () => {
  for (const [name, examples] of Object.entries(await makeExamples())) {
    const page = readFileSync(specPage(name), 'utf8')
    expect(page, `docs/spec/${name}.md`).toBe(replaceExamples(page, examples))
  }
})
