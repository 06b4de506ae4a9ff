// Every link of the documentation leads somewhere, and every command, flag and variable that it names exists.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { repository } from '../release/packages.ts'
import { readPages } from './examples.ts'
import { parsePage } from './markdown.ts'
import { repositoryFiles } from './repository-files.ts'

const pages = readPages()
const read = (path: string): string => readFileSync(join(repository, path), 'utf8')
const sources = repositoryFiles()
  .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
  .map(read)
  .join('\n')

describe.each(pages)('$path', ({ path, links, text, title }) => {
  it('has a title, and links that lead somewhere', () => {
    expect(title, 'the first heading').toBeTruthy()
    const broken = links.filter((link) => !leadsSomewhere(path, link))
    expect(broken).toEqual([])
  })

  it('names commands, flags and variables that exist', () => {
    const used = (pattern: RegExp): string[] => [
      ...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? '')),
    ]
    expect(used(/npm run (?:-s )?([a-z][\w:-]*)/g).filter((name) => !(name in scripts))).toEqual([])
    expect(used(/\bdpp-server ([a-z][\w-]*)/g).filter((name) => !serverCommands.has(name))).toEqual(
      [],
    )
    expect(
      used(/\bdpp-verify [^`\n]*?(--[a-z][\w-]*)/g).filter((flag) => !verifierFlags.has(flag)),
    ).toEqual([])
    expect(used(/\b(DPP_[A-Z][A-Z0-9_]*)\b/g).filter((name) => !sources.includes(name))).toEqual([])
  })
})

const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts
const helpOf = (cli: string): string =>
  spawnSync(process.execPath, [join(repository, cli), '--help'], { encoding: 'utf8' }).stdout
const serverCommands = new Set(
  [...helpOf('packages/server/dist/cli.js').matchAll(/^ *dpp-server ([a-z][\w-]*)/gm)].map(
    ([, name]) => name,
  ),
)
const verifierFlags = new Set(
  [...helpOf('packages/verifier/dist/cli.js').matchAll(/(--[a-z][\w-]*)/g)].map(([, name]) => name),
)

function leadsSomewhere(page: string, link: string): boolean {
  if (/^(https?|mailto):/.test(link)) return URL.canParse(link) // Nobody is asked: the web is not part of a test.
  const [path = '', fragment] = link.split('#')
  const target = path === '' ? page : join(dirname(page), decodeURI(path))
  if (!existsSync(join(repository, target))) return false
  if (fragment === undefined) return true
  const isPage = target.endsWith('.md') && statSync(join(repository, target)).isFile()
  return isPage && parsePage(read(target)).anchors.has(fragment)
}
