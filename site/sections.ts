// The sections of the site, in reading order, and the pages of `docs/` in each.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../release/packages.ts'

/** A section: its title, its pages as paths below `docs/`, and how much the search prefers them. */
export type Section = {
  readonly title: string
  readonly pages: readonly string[]
  readonly boost: number
}

const docs = join(repository, 'docs')

/** Every page of a folder: its README first, then by name. */
function pagesOf(folder: string): string[] {
  const names = readdirSync(join(docs, folder)).filter((name) => name.endsWith('.md'))
  const first = names.filter((name) => name === 'README.md')
  const others = names.filter((name) => name !== 'README.md').toSorted()
  return [...first, ...others].map((name) => (folder === '' ? name : `${folder}/${name}`))
}

const start = ['concepts.md', 'what-you-can-verify.md', 'threat-model.md', 'comparison.md']
const reference = ['errors.md', 'reasons.md', 'webvh-conformance.md']
const operation = pagesOf('').filter((page) => ![...start, ...reference].includes(page))

const all: readonly Section[] = [
  { title: 'Start here', pages: start, boost: 3 },
  { title: 'Quick starts', pages: pagesOf('quick-start'), boost: 3 },
  { title: 'How to', pages: pagesOf('how-to'), boost: 2 },
  { title: 'Formats', pages: pagesOf('spec'), boost: 1.5 },
  { title: 'Reference', pages: reference, boost: 1.5 },
  { title: 'Operation', pages: operation, boost: 1.2 },
  { title: 'Deployment', pages: pagesOf('deployment'), boost: 1.2 },
  { title: 'Runbooks', pages: pagesOf('runbooks'), boost: 1.2 },
  { title: 'Decisions', pages: pagesOf('decisions'), boost: 1 },
  { title: 'Evidence', pages: pagesOf('evidence'), boost: 1 },
]

/** Only what has pages. */
export const sections: readonly Section[] = all.filter(({ pages }) => pages.length > 0)
