// `npm run docs`: one searchable site from `docs/` and the doc comments of the packages, by TypeDoc.
//
//   npm run docs                 into site/dist
//   npm run docs -- --serve      and shows it on a free port of this machine
import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { parseArgs } from 'node:util'
import {
  Application,
  Converter,
  type DeclarationReflection,
  type DocumentReflection,
  Logger,
  LogLevel,
  OptionDefaults,
  ReflectionKind,
} from 'typedoc'
import { readPackages, repository } from '../release/packages.ts'
import { titleOf } from './markdown.ts'
import { sections } from './sections.ts'

const help = `usage: npm run docs -- [--out FOLDER] [--serve] [--help]

Builds the documentation site: the pages of docs/ and the API of every public entry, with one search over both.

  --out FOLDER   where the site goes (default: site/dist)
  --serve        serve it on a free port of this machine when it is built
`

/** Builds the site and returns what TypeDoc warned about: unresolved links, exports without a doc comment. */
export async function buildSite(out: string): Promise<readonly string[]> {
  const entryPoints = readPackages().flatMap(({ folder, entries }) =>
    entries.map(({ name }) => sourceOf(folder, name)),
  )
  const warnings: string[] = []
  const app = await Application.bootstrap({
    name: 'Digital Product Passports',
    readme: join(repository, 'README.md'),
    entryPoints,
    out,
    displayBasePath: join(repository, 'packages'),
    projectDocuments: sections.flatMap(({ pages }) =>
      pages.map((page) => join(repository, 'docs', page)),
    ),
    tsconfig: join(repository, 'tsconfig.json'),
    skipErrorChecking: true, // `npm run typecheck` does that.
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true, // A tree of unknown origin has no URL to link its sources to.
    searchInComments: true,
    searchInDocuments: true,
    cleanOutputDir: true,
    githubPages: true,
    hideGenerator: true,
    sort: ['documents-first', 'source-order'],
    sortEntryPoints: false,
    navigation: { includeGroups: true, includeFolders: false, excludeReferences: true },
    groupOrder: [...sections.map(({ title }) => title), 'Modules', '*'],
    searchGroupBoosts: Object.fromEntries(sections.map(({ title, boost }) => [title, boost])),
    highlightLanguages: [
      ...OptionDefaults.highlightLanguages,
      ...['http', 'jsonl', 'solidity', 'yaml', 'docker', 'ini'],
    ],
    validation: { notDocumented: true, notExported: false, invalidLink: true },
    requiredToBeDocumented: ['Function', 'Variable', 'Class', 'TypeAlias'],
    logLevel: LogLevel.Warn,
  })
  app.logger = new Collector(warnings)
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => placePage(document))
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_, module) => nameModule(module))
  const project = await app.convert()
  if (project === undefined) throw new Error(`TypeDoc made no site:\n${warnings.join('\n')}`)
  await app.generateDocs(project, out)
  return warnings
}

/** Keeps what TypeDoc would print: a warning is a fault of the documentation, and belongs into the result. */
class Collector extends Logger {
  readonly #warnings: string[]
  constructor(warnings: string[]) {
    super()
    this.#warnings = warnings
  }
  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.#warnings.push(message)
  }
}

/** The entry `store/s3` of a package is `src/store/s3.ts`, `ethereum` is `src/ethereum/index.ts`. */
function sourceOf(folder: string, entry: string): string {
  const base = join(repository, 'packages', folder, 'src', entry)
  return existsSync(`${base}.ts`) ? `${base}.ts` : join(base, 'index.ts')
}

/** A page is called what its first heading says, and stands in its section. */
function placePage(document: DocumentReflection): void {
  const text = document.content.map((part) => part.text).join('')
  const page = `${document.name.replace(/^(?:\.\.\/)?docs\//, '')}.md`
  const section = sections.find(({ pages }) => pages.includes(page))
  document.name = titleOf(text) ?? document.name
  if (section !== undefined) document.frontmatter['group'] = section.title
}

/** A module is called what it is imported by. */
function nameModule(reflection: DeclarationReflection): void {
  if (!reflection.kindOf(ReflectionKind.Module)) return
  const [, folder, entry] = /^(\w+)\/src(?:\/(.+))?$/.exec(reflection.name) ?? []
  if (folder !== undefined) {
    reflection.name = `@dpp/${folder}${entry === undefined ? '' : `/${entry.replace(/\/index$/, '')}`}`
  }
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
}

async function serve(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const path = join(folder, normalize(pathname === '/' ? '/index.html' : pathname))
    if (!path.startsWith(folder) || !existsSync(path) || extname(path) === '') {
      response.writeHead(404).end('no such page\n')
      return
    }
    response.writeHead(200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
    })
    createReadStream(path).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

if (import.meta.main) {
  const { values: options } = parseArgs({
    options: {
      out: { type: 'string', default: join(import.meta.dirname, 'dist') },
      serve: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (options.help) {
    process.stdout.write(help)
  } else {
    const warnings = await buildSite(options.out)
    for (const warning of warnings) process.stderr.write(`${warning}\n`)
    process.stdout.write(`${options.out}: ${warnings.length} warnings\n`)
    process.exitCode = warnings.length === 0 ? 0 : 1
    if (options.serve) process.stdout.write(`${await serve(options.out)}  (Ctrl-C ends it)\n`)
  }
}
