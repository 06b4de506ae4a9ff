// The code of the documentation as programs: the blocks of one language on a page are one program, in their order. A block
// whose fence says `no-run="why"` is left out, and so is one that `runs-in="a test"` runs already.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../release/packages.ts'
import { type CodeBlock, parsePage } from './markdown.ts'
import { repositoryFiles } from './repository-files.ts'

/** A page of the documentation: `path` from the repository's root. */
export type DocumentationPage = ReturnType<typeof parsePage> & {
  readonly path: string
  readonly text: string
}

/** Every Markdown page that a reader meets, but for changelogs, changesets and API reports. */
export function readPages(): DocumentationPage[] {
  const pages = repositoryFiles().filter(
    (path) =>
      path.endsWith('.md') && !path.endsWith('CHANGELOG.md') && !path.startsWith('release/api/'),
  )
  return pages.map((path) => {
    const text = readFileSync(join(repository, path), 'utf8')
    return { path, text, ...parsePage(text) }
  })
}

const languages: Readonly<Record<string, 'module' | 'shell'>> = {
  ts: 'module',
  js: 'module',
  sh: 'shell',
}

/** What is done with a block: run here, run elsewhere, not run for a reason; `undefined` when it is no program at all. */
export type Fate =
  | { readonly kind: 'run' }
  | { readonly kind: 'runs-in'; readonly where: string }
  | { readonly kind: 'no-run'; readonly why: string }

export function fateOf({ language, attributes }: CodeBlock): Fate | undefined {
  if (languages[language] === undefined) return undefined
  const { 'no-run': why, 'runs-in': where } = attributes
  if (why !== undefined) return { kind: 'no-run', why }
  return where === undefined ? { kind: 'run' } : { kind: 'runs-in', where }
}

/** The TypeScript program of a page: imports of the same module are joined, the rest stands as written. */
export function moduleOf(page: DocumentationPage): string | undefined {
  const code = blocksToRun(page, 'module')
  if (code === '') return undefined
  const imports = new Map<string, Set<string>>()
  const body = code.replace(
    /^import \{([^}]*)\} from '([^']+)';?$/gm,
    (_, names: string, from: string) => {
      const known = imports.get(from) ?? new Set()
      for (const name of names.split(',')) if (name.trim() !== '') known.add(name.trim())
      imports.set(from, known)
      return ''
    },
  )
  const lines = [...imports].map(
    ([from, names]) => `import { ${[...names].join(', ')} } from '${from}'`,
  )
  return `${lines.join('\n')}\n${body}\nexport {}\n`
}

/** The shell program of a page; a line that sets a variable which the scene sets is left out. */
export function shellOf(
  page: DocumentationPage,
  variables: Readonly<Record<string, string>>,
): string | undefined {
  const code = blocksToRun(page, 'shell')
    .split('\n')
    .filter(
      (line) => !Object.keys(variables).includes(/^(?:export )?([A-Z_]+)=/.exec(line)?.[1] ?? ''),
    )
    .join('\n')
  return code.trim() === '' ? undefined : `set -euo pipefail\n${code}\n`
}

function blocksToRun({ blocks }: DocumentationPage, kind: 'module' | 'shell'): string {
  return blocks
    .filter((block) => languages[block.language] === kind && fateOf(block)?.kind === 'run')
    .map(({ code }) => code)
    .join('\n')
}
