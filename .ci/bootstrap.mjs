// Runs a task of this repository from any Node >= 18 with nothing but npm and git installed:
// brings Node 24 and pnpm where they are missing, installs, builds what the task needs, runs it.
// Every notice goes to stderr: a task's stdout is the task's own.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const toolsFolder = join(root, '.tools')
const toolsBin = process.platform === 'win32' ? toolsFolder : join(toolsFolder, 'bin')
const nodeMajor = 24
const pnpmMajor = 12

/** What can be run, and whether it needs the packages built. */
const tasks = {
  start: {
    about: 'runs the whole job on a local chain',
    built: true,
    run: node('examples/start/main.ts'),
  },
  test: {
    about: 'builds, lints, type-checks, runs every test',
    built: true,
    run: node('.ci/test.mjs'),
  },
  'test:long': {
    about: 'soak, chaos and mutation runs (hours)',
    built: true,
    run: node('.ci/test.mjs', 'long'),
  },
  'test:runtimes': {
    about: 'the packed packages on other runtimes',
    built: true,
    run: node('test/runtimes/run.ts'),
  },
  conformance: {
    about: 'answers conformance requests line by line',
    built: true,
    run: node('test/conformance/run.ts'),
  },
  bench: { about: 'benchmarks against named peers', built: true, run: node('bench/run.ts') },
  'generate-identities': {
    about: 'identities for the demonstration data',
    built: true,
    run: node('examples/generate-identities.ts'),
  },
  'simulate-lifecycle': {
    about: 'signed events over simulated months',
    built: true,
    run: node('examples/simulate-lifecycle.ts'),
  },
  'seed-storage': {
    about: 'uploads the logs, posts the events, verifies',
    built: true,
    run: node('examples/seed-storage.ts'),
  },
  load: {
    about: 'posts 10,000 events, anchors, verifies, reports',
    built: true,
    run: node('examples/load/main.ts'),
  },
  'deploy:contract': {
    about: 'deploys the registry contract',
    built: true,
    run: node('contracts/deploy.ts'),
  },
  docs: {
    about: 'builds the documentation site',
    built: true,
    run: node('site/build.ts'),
  },
  api: {
    about: 'writes the public API reports again',
    built: true,
    run: node('release/api.ts'),
  },
  'release:check': {
    about: 'a release, dry: everything but publishing',
    built: true,
    run: node('release/check.ts'),
  },
  'release:version': {
    about: 'applies the changesets: versions, changelogs, lock file',
    built: true,
    run: node('release/version.ts'),
  },
  build: { about: 'builds every package', built: true, run: [] },
  lint: { about: 'formatting and lint rules', run: ['pnpm', 'exec', 'biome', 'check'] },
  typecheck: { about: 'type-checks everything at once', run: ['pnpm', 'run', 'typecheck:raw'] },
  changeset: { about: 'writes a changeset', run: ['pnpm', 'exec', 'changeset'] },
}

function node(...args) {
  return ['node', ...args]
}

const [name, ...args] = process.argv.slice(2)
const task = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined
if (task === undefined) {
  const list = Object.entries(tasks).map(([key, { about }]) => `  ${key.padEnd(20)} ${about}`)
  fail(`usage: npm run -s NAME [-- ARGUMENTS]\n${list.join('\n')}`, 2)
}

ensureTools()
process.env.PATH = `${toolsBin}${delimiter}${process.env.PATH ?? ''}`
ensureInstalled()
if (task.built) ensureBuilt()
if (task.run.length > 0) runTask([...task.run, ...args])

/** Node and pnpm of the right major, from npm, into a folder of this checkout. */
function ensureTools() {
  const found =
    versionOf('pnpm') === pnpmMajor && Number(process.versions.node.split('.')[0]) === nodeMajor
  if (found || existsSync(join(toolsFolder, '.complete'))) return
  say(`bringing Node ${nodeMajor} and pnpm ${pnpmMajor} into .tools/ (once)`)
  const node = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${nodeMajor}`
  step(
    [
      'npm',
      'install',
      '--global',
      '--prefix',
      toolsFolder,
      '--ignore-scripts',
      '--no-fund',
      '--no-audit',
      `pnpm@${pnpmMajor}`,
      node,
    ],
    `Could not install ${node} and pnpm from npm. Check the network and the registry that npm uses (npm ping), then run this again.`,
  )
  writeFileSync(join(toolsFolder, '.complete'), '')
}

function versionOf(program) {
  const { status, stdout } = spawnSync(program, ['--version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  return status === 0 ? Number(stdout.split('.')[0]) : undefined
}

/** The dependencies of the lock file, unless this very lock file is installed already. */
function ensureInstalled() {
  const manifests = readdirSync(join(root, 'packages')).map(
    (folder) => `packages/${folder}/package.json`,
  )
  const inputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]
  once('installed', inputs, () => {
    say('installing dependencies')
    step(
      ['pnpm', 'install', '--frozen-lockfile', '--reporter=append-only'],
      'The dependencies could not be installed: the lines above say why. If it is the network, `npm ping` shows whether npm reaches its registry.',
    )
  })
}

function ensureBuilt() {
  const sources = ['packages', 'examples/dashboard']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .filter((path) => !/(^|[\\/])(dist|node_modules)[\\/]/.test(path) && !path.endsWith('.test.ts'))
  once('built', [...sources, 'tsup.base.ts', 'tsconfig.base.json', 'pnpm-lock.yaml'], () => {
    say('building the packages')
    step(['pnpm', 'run', 'build:raw'], 'The build failed: the lines above say where.')
  })
}

/** Does `work` unless it was done for exactly these input files. */
function once(stamp, inputs, work) {
  const hash = createHash('sha256')
  for (const path of inputs.sort()) {
    hash.update(`${path}\0`)
    if (existsSync(join(root, path))) hash.update(readFileSync(join(root, path)))
  }
  const digest = hash.digest('hex')
  const file = join(root, 'node_modules', `.dpp-${stamp}`)
  if (existsSync(file) && readFileSync(file, 'utf8') === digest) return
  work()
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(file, digest)
}

/** Runs one preparing command; its output goes to stderr. */
function step([program, ...rest], help) {
  const { status, error } = spawnSync(program, rest, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (error !== undefined || status !== 0)
    fail(error === undefined ? help : `${help}\n(${error.message})`, 1)
}

function runTask([program, ...rest]) {
  const child = spawn(program, rest, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`${program}: ${error.message}`, 1))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}

function say(text) {
  process.stderr.write(`dpp: ${text}\n`)
}

function fail(text, code) {
  process.stderr.write(`${text}\n`)
  process.exit(code)
}
