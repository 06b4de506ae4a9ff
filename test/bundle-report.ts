// Where the bytes of a bundle are: `node test/bundle-report.ts 'verifyEvent'` (a name out of test/packed.ts, or import text).
//
// Bundled from the sources, so that each file shows; brotli is what the bundle would lose if the file's bytes were not there.
import { builtinModules, SourceMap } from 'node:module'
import { join, relative } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import { packageRows } from './packed.ts'

const root = join(import.meta.dirname, '..')
/** Prints what each file costs, the dearest first. */
async function report(name: string): Promise<void> {
  const budget = packageRows.flatMap(({ budgets }) => budgets).find((row) => row.name === name)
  const { text, map } = await bundle(budget?.source ?? name)
  const owners = ownersOf(text, map)
  const whole = brotliSize(text)
  const rows = [...new Set(owners)].map((file) => {
    const others = [...text].filter((_, i) => owners[i] !== file).join('')
    return { file, bytes: text.length - others.length, brotli: whole - brotliSize(others) }
  })
  rows.sort((a, b) => b.brotli - a.brotli)
  for (const { file, bytes, brotli } of rows) {
    console.log(`${String(bytes).padStart(7)} ${String(brotli).padStart(6)}  ${file}`)
  }
  console.log(
    `${String(text.length).padStart(7)} ${String(whole).padStart(6)}  in all (minified, brotli)`,
  )
}

async function bundle(contents: string): Promise<{ text: string; map: string }> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    external: ['node:*', ...builtinModules], // Peers reach for them; their bytes are Node's.
    write: false,
    outfile: join(root, 'bundle.js'),
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    charset: 'utf8',
    plugins: [fromSources],
  })
  const [map, code] = outputFiles ?? []
  return { text: code?.text ?? '', map: map?.text ?? '' }
}

/** The packages' sources instead of their built files, as in vitest.config.ts. */
const fromSources: Plugin = {
  name: 'from-sources',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^#backend$/ }, () => ({
      path: join(root, 'packages/core/src/signature/backend.portable.ts'),
    }))
    onResolve({ filter: /^@dpp\// }, async ({ path }) => {
      const [, folder = '', entry = 'index'] = /^@dpp\/(\w+)(?:\/(.+))?$/.exec(path) ?? []
      return await resolve(`./${entry}.ts`, {
        kind: 'import-statement',
        resolveDir: join(root, 'packages', folder, 'src'),
      })
    })
  },
}

/** For each character of `text` the file that it comes from. */
function ownersOf(text: string, map: string): readonly string[] {
  const sources = new SourceMap(JSON.parse(map))
  let line = 0
  let column = 0
  return [...text].map((character) => {
    const entry = sources.findEntry(line, column++)
    if (character === '\n') {
      line++
      column = 0
    }
    return 'originalSource' in entry ? nameOf(entry.originalSource) : 'glue'
  })
}

function nameOf(source: string): string {
  const path = relative(root, join(root, source))
  return path.replace(/^.*node_modules\/(?=@|\w)/, '').replace(/^packages\//, '')
}

function brotliSize(text: string): number {
  return brotliCompressSync(text).length
}

await report(process.argv[2] ?? 'verifyEvent')
