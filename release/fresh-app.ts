// A new user's app outside the workspace: it has the tarballs and nothing else of ours. The examples of the packages' READMEs run
// in it, and the two commands answer.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../release/packages.ts'
import { moduleOf, readPages } from '../site/examples.ts'
import { startScene } from '../site/scene.ts'
import type { Tarball } from './build.ts'

/** What the READMEs expect a user to have beside our packages: optional peers of what their examples import. */
const peers = ['undici', 'viem']

/** Installs the tarballs into a new app in `folder`, runs the examples there, and returns their pages. */
export async function runFreshApp(folder: string, tarballs: readonly Tarball[]): Promise<string[]> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}')
  const run = (program: string, args: readonly string[], env = {}): string =>
    execFileSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 900_000, // The registry decides how long an installation takes.
      env: { ...process.env, ...env },
    })
  run('npm', ['install', '--no-audit', '--no-fund', ...peers, ...tarballs.map(({ path }) => path)])
  for (const command of ['dpp-verify', 'dpp-server'])
    run('npx', ['--no-install', command, '--help'])

  const hook = join(folder, 'scene-globals.mjs')
  copyFileSync(join(repository, 'site/scene-globals.mjs'), hook)
  const examples = readPages().flatMap((page) => {
    const code = page.path.startsWith('packages/') ? moduleOf(page) : undefined
    return code === undefined ? [] : [{ path: page.path, code }]
  })
  const scene = await startScene()
  try {
    const { routes, variables } = scene
    for (const [index, { code }] of examples.entries()) {
      const script = join(folder, `example-${index}.ts`)
      writeFileSync(script, code)
      run(process.execPath, ['--import', hook, script], {
        DPP_SCENE: JSON.stringify({ routes, variables }),
      })
    }
  } finally {
    await scene.stop()
  }
  return examples.map(({ path }) => path)
}
