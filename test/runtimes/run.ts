// The packed packages on every runtime they promise: Node 20, 22, 24, 26, Bun, Deno, workerd, a Vite page in Chromium. Run as
// `npm run test:runtimes`. Each prints the number of its checks and its verdicts, which must be equal in all, byte by byte.
// The Vite page also shows `<dpp-verdict>` of a product on the running service; `-- --picture FILE` keeps a picture of it.
// Runtimes come from npm into a temporary folder, not into this checkout.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { packPackage } from '../packed.ts'
import { createFixture } from './fixture.ts'
import { openVitePage } from './vite-page.ts'

/** Packages under test: their tarballs are installed together. */
const folders = ['core', 'webvh', 'anchor', 'verifier']

const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
const work = mkdtempSync(join(tmpdir(), 'dpp-runtimes-'))

type Runtime = {
  readonly name: string
  /** What to install, and its program inside the folder it was installed to. */
  readonly npm: string
  readonly program: string
  readonly args: readonly string[]
}

const script = join(work, 'main.mjs')
const runtimes: readonly Runtime[] = [
  ...[20, 22, 24, 26].map((major) => ({
    name: `Node ${major}`,
    npm: `node-${platform}@${major}`,
    program: `node-${platform}/bin/node`,
    args: [script],
  })),
  {
    name: 'Bun',
    npm: `@oven/bun-${platform}`,
    program: `@oven/bun-${platform}/bin/bun`,
    args: [script],
  },
  {
    name: 'Deno',
    npm: `@deno/${platform}${process.platform === 'linux' ? '-glibc' : ''}`,
    program: `@deno/${platform}${process.platform === 'linux' ? '-glibc' : ''}/deno`,
    args: ['run', '--no-lock', '--allow-read', '--allow-env', script],
  },
  {
    name: 'workerd',
    npm: `@cloudflare/workerd-${process.platform}-${process.arch === 'x64' ? '64' : process.arch}`,
    program: `@cloudflare/workerd-${process.platform}-${process.arch === 'x64' ? '64' : process.arch}/bin/workerd`,
    args: ['test', join(work, 'workerd.capnp')],
  },
]

const { values: options } = parseArgs({ options: { picture: { type: 'string' } } })

/** The verdicts that the first runtime gave. */
let expected: string | undefined

try {
  await installPackages()
  const results = [...runtimes.map(runOn), ...(await runInChromium())]
  const failures = results.filter((holds) => !holds)
  process.stdout.write(`${results.length - failures.length} passed, ${failures.length} failed\n`)
  process.exitCode = failures.length === 0 ? 0 : 1
} finally {
  rmSync(work, { recursive: true, force: true })
}

async function installPackages(): Promise<void> {
  const tarballs = await Promise.all(folders.map((folder) => packPackage(folder)))
  writeFileSync(join(work, 'package.json'), '{"type":"module","private":true}')
  npmInstall(work, tarballs)
  for (const name of ['smoke.mjs', 'smoke-verifier.mjs']) {
    copyFileSync(join(import.meta.dirname, name), join(work, name))
  }
  const vectors = JSON.stringify({ ed25519: readVectors(), evidence: await createFixture() })
  const call = `console.log(await smoke(${vectors}))`
  writeFileSync(script, `import { smoke } from './smoke.mjs'\n${call}\n`)
  mkdirSync(join(work, 'page'))
  writeFileSync(join(work, 'page/main.js'), `import { smoke } from '../smoke.mjs'\n${call}\n`)
  // workerd resolves no packages: it gets the bundle that any bundler makes for a worker.
  await build({
    stdin: {
      contents: `import { smoke } from './smoke.mjs'
        export default { async test() { ${call} } }`,
      resolveDir: work,
    },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    outfile: join(work, 'worker.js'),
    logLevel: 'error',
  })
  writeFileSync(
    join(work, 'workerd.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")], compatibilityDate = "2025-01-01"))]);
`,
  )
}

function runOn({ name, npm, program, args }: Runtime): boolean {
  const folder = join(work, 'runtimes', name.replace(/\W/g, ''))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  try {
    npmInstall(folder, [npm])
  } catch (error) {
    return report(name, false, `cannot install ${npm}: ${String(error)}`)
  }
  const version = versionOf(join(folder, 'node_modules', npm.replace(/(?<=.)@\d+$/, '')))
  const { status, stdout, stderr } = spawnSync(join(folder, 'node_modules', program), args, {
    cwd: work,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, NO_COLOR: '1' },
  })
  return report(`${name} (${version})`, status === 0, `${stdout ?? ''}${stderr ?? ''}`.trim())
}

function versionOf(packageFolder: string): string {
  const manifest = readFileSync(join(packageFolder, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

async function runInChromium(): Promise<boolean[]> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
  if (!existsSync(executablePath)) return [report('Chromium', false, `none at ${executablePath}`)]
  const page = await openVitePage(join(work, 'page'), executablePath)
  const name = `Vite page in Chromium (${page.version})`
  try {
    const text = await page.readConsole()
    const { seen, fault } = await page.seeElement(options.picture)
    const holds = fault === undefined
    process.stdout.write(`${holds ? 'ok  ' : 'FAIL'} <dpp-verdict> in it: ${fault ?? seen}\n`)
    return [report(name, text.includes('checks'), text), holds]
  } finally {
    await page.close()
  }
}

function report(name: string, isDone: boolean, text: string): boolean {
  const [, checks, verdicts] = /(\d+ checks)\s+verdicts (\S+)/.exec(text) ?? []
  if (isDone) expected ??= verdicts
  const holds = isDone && verdicts !== undefined && verdicts === expected
  const fault = isDone ? `other verdicts: ${verdicts} instead of ${expected}` : text
  process.stdout.write(`${holds ? 'ok  ' : 'FAIL'} ${name}: ${holds ? checks : fault}\n`)
  return holds
}

function npmInstall(folder: string, what: readonly string[]): void {
  execFileSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--force', ...what],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
}

/** The published Ed25519 cases where they are at hand, else none: the other checks run all the same. */
function readVectors(): {
  publicKey: string
  message: string
  signature: string
  valid: boolean
}[] {
  const folder = resolve(
    process.env['DPP_VECTORS'] ?? join(import.meta.dirname, '../../../shared/vectors'),
    'ed25519',
  )
  if (!existsSync(folder)) {
    if (process.env['CI'] === 'true')
      throw new Error(`no test vectors at ${folder}: set DPP_VECTORS`)
    process.stderr.write(`NOTICE: no test vectors at ${folder} (set DPP_VECTORS)\n`)
    return []
  }
  const wycheproof: {
    testGroups: {
      publicKey: { pk: string }
      tests: { msg: string; sig: string; result: string }[]
    }[]
  } = JSON.parse(readFileSync(join(folder, 'wycheproof/ed25519_test.json'), 'utf8'))
  const speccheck: { pub_key: string; message: string; signature: string }[] = JSON.parse(
    readFileSync(join(folder, 'speccheck/cases.json'), 'utf8'),
  )
  return [
    ...wycheproof.testGroups.flatMap(({ publicKey, tests }) =>
      tests.map(({ msg, sig, result }) => ({
        publicKey: publicKey.pk,
        message: msg,
        signature: sig,
        valid: result === 'valid',
      })),
    ),
    ...speccheck.map((one) => ({
      publicKey: one.pub_key,
      message: one.message,
      signature: one.signature,
      valid: false,
    })),
  ]
}
