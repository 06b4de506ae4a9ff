// Azure's own emulator of Blob Storage for tests. It is 245 MB of npm packages, so it stays out of the normal install
// and comes into a cache folder when a test first asks for it.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './anvil.ts'
import { answers, startChild, untilReady } from './child-program.ts'

export type Azurite = {
  readonly endpoint: string
  readonly accountName: string
  readonly accountKey: string
  stop(): Promise<void>
}

const run = promisify(execFile)
const VERSION = '3.37.0'
const START_MS = 90_000
const INSTALL_MS = 300_000
const cache = join(import.meta.dirname, '../node_modules/.cache')
const folder = join(cache, `azurite-${VERSION}`)

// The emulator's published account, the same on every machine.
const accountName = 'devstoreaccount1'
const accountKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

/**
 * Starts it with nothing in it, installing it first where it is not there (45 s). `undefined`, with a notice, where it
 * cannot be installed; under CI=true that throws. The caller stops it; it also dies with this process.
 */
export async function startAzurite(): Promise<Azurite | undefined> {
  if (!(await isInstalled())) return undefined
  const port = await freePort()
  const main = join(folder, 'node_modules/azurite/dist/src/blob/main.js')
  const silent = ['--inMemoryPersistence', '--silent', '--disableTelemetry']
  const child = startChild(process.execPath, [
    ...[main, '--blobHost', '127.0.0.1', '--blobPort', `${port}`],
    ...[...silent, '--skipApiVersionCheck'],
  ])
  const endpoint = `http://127.0.0.1:${port}/${accountName}`
  await untilReady(child, () => answers(endpoint), START_MS)
  return { endpoint, accountName, accountKey, stop: () => child.stop('SIGKILL') }
}

async function isInstalled(): Promise<boolean> {
  try {
    if (!existsSync(folder)) await installOnce()
    return true
  } catch (error) {
    const notice = `azurite ${VERSION} cannot be installed from npm: ${error instanceof Error ? error.message : error}`
    if (process.env['CI'] === 'true') throw new Error(notice)
    process.stderr.write(`NOTICE: ${notice}; the tests that need it are skipped\n`)
    return false
  }
}

// Several test processes may want it at once: one installs, the others wait. The folder appears whole.
async function installOnce(): Promise<void> {
  const lock = `${folder}.lock`
  await mkdir(cache, { recursive: true })
  while (
    !(await mkdir(lock).then(
      () => true,
      () => false,
    ))
  ) {
    const since = await stat(lock).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    )
    if (since !== undefined && Date.now() - since > INSTALL_MS)
      await rm(lock, { recursive: true, force: true })
    await new Promise((resolve) => setTimeout(resolve, 200))
    if (existsSync(folder)) return
  }
  try {
    if (!existsSync(folder)) await install(`${folder}.partial`)
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

async function install(partial: string): Promise<void> {
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial)
  await writeFile(join(partial, 'package.json'), '{ "private": true }\n') // Else npm would look further up.
  const quiet = ['--ignore-scripts', '--no-fund', '--no-audit', '--no-package-lock']
  await run('npm', ['install', ...quiet, `azurite@${VERSION}`], {
    cwd: partial,
    timeout: INSTALL_MS,
    shell: process.platform === 'win32',
  })
  await rename(partial, folder)
}
