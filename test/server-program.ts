// The `dpp-server` program for processes that tests start: today's sources and all that they import in one bundle, laid out as in the
// package. A start costs a third of the processor time that 1,100 modules take one by one, and a test run has a hundred starts.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const packages = ['core', 'webvh', 'anchor', 'server'] as const
const entries = ['cli', 'journal/event-writer-thread', 'ingest/verify-thread']
// Within the package, so that what stays outside is found where the package finds it.
const cache = join(root, 'packages/server/node_modules/.cache/program')

const KEPT_MS = 3_600_000

let built: Promise<string> | undefined

/** The file to run, made from the sources where they have changed since the last time. */
export async function serverProgram(): Promise<string> {
  built ??= buildOnce()
  return join(await built, 'cli.js')
}

const sourcesOf = (name: string): string => join(root, 'packages', name, 'src')

// By what went in, so that processes that want it at once need no lock: the first whole one stays.
async function buildOnce(): Promise<string> {
  const folder = join(cache, await digestOfSources())
  if (existsSync(folder)) return folder
  const partial = `${folder}.${process.pid}`
  await bundle(partial)
  await rename(partial, folder).catch(() => rm(partial, { recursive: true }))
  await removeOld()
  return folder
}

// Of earlier sources; a process may still run from what is younger.
async function removeOld(): Promise<void> {
  for (const name of await readdir(cache)) {
    const { mtimeMs } = await stat(join(cache, name))
    if (Date.now() - mtimeMs > KEPT_MS)
      await rm(join(cache, name), { recursive: true, force: true })
  }
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256')
  const lists = packages.map((name) =>
    readdir(sourcesOf(name), { recursive: true }).then((names) =>
      names
        .filter((file) => /(?<!\.test|\.suite)\.ts$/.test(file))
        .map((file) => join(sourcesOf(name), file)),
    ),
  )
  const files = [
    ...(await Promise.all(lists)).flat(),
    join(root, 'pnpm-lock.yaml'),
    import.meta.filename,
  ]
  for (const file of files.sort()) hash.update(`${file}\0`).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

async function bundle(outdir: string): Promise<void> {
  const { build } = await import('esbuild') // Not for those who find it built.
  await build({
    entryPoints: entries.map((entry) => ({
      in: join(sourcesOf('server'), `${entry}.ts`),
      out: entry,
    })),
    alias: {
      '#backend': join(sourcesOf('core'), 'signature/backend.node.ts'),
      ...Object.fromEntries(packages.map((name) => [`@dpp/${name}`, sourcesOf(name)])),
    },
    bundle: true,
    splitting: true, // What is optional is loaded when it is asked for, here too.
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: ['pkcs11js', 'sodium-native'], // Native.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url)`,
    },
    logLevel: 'warning',
    outdir,
  })
}
