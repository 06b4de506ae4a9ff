// Every program in the documentation runs: TypeScript and JavaScript blocks compile and run, shell blocks run, all against a
// real service and a real chain. What cannot run says why on its fence; what another test runs names it.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repository } from '../release/packages.ts'
import { fateOf, moduleOf, readPages, shellOf } from './examples.ts'
import { type Scene, startScene } from './scene.ts'

const run = promisify(execFile)
const pages = readPages()
const modules = pages.flatMap((page) => {
  const code = moduleOf(page)
  const name = `${page.path.replaceAll(/[/.]/g, '-')}.ts`
  return code === undefined ? [] : [{ path: page.path, name, code }]
})
const folder = join(import.meta.dirname, '.examples') // Inside the workspace, so that imports resolve as in a package.
let scene: Scene

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const { name, code } of modules) writeFileSync(join(folder, name), code)
  scene = await startScene()
})

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await scene?.stop()
})

it('every block that is not run has a reason, every other runner exists', () => {
  for (const { path, blocks } of pages) {
    for (const block of blocks) {
      const fate = fateOf(block)
      const place = `${path}:${block.line}`
      if (fate?.kind === 'no-run') expect(fate.why.length, place).toBeGreaterThan(10)
      if (fate?.kind === 'runs-in')
        expect(existsSync(join(repository, fate.where)), place).toBe(true)
    }
  }
})

it('the TypeScript blocks compile', () => {
  const names = [
    ...modules.map(({ name }) => join(folder, name)),
    join(import.meta.dirname, 'scene-globals.d.ts'),
  ]
  const program = ts.createProgram(names, {
    ...{ noEmit: true, strict: true, skipLibCheck: true, types: ['node'] },
    ...{
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  })
  const faults = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file?.text.slice(0, start).split('\n').at(-1) ?? ''
    return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')} at: ${line}`
  })
  expect(faults).toEqual([])
})

describe('the blocks run', () => {
  it.each(modules)('$path, TypeScript', async ({ name }) => {
    const { routes, variables } = scene
    await run(
      process.execPath,
      ['--import', join(import.meta.dirname, 'scene-globals.mjs'), join(folder, name)],
      {
        cwd: mkdtempSync(join(tmpdir(), 'dpp-example-')),
        env: { ...outerEnvironment(), DPP_SCENE: JSON.stringify({ routes, variables }) },
        timeout: 60_000,
      },
    )
  })

  it.each(pages.filter((page) => shellOf(page, {}) !== undefined))('$path, shell', async (page) => {
    const cwd = mkdtempSync(join(tmpdir(), 'dpp-shell-'))
    try {
      for (const [name, text] of Object.entries(scene.files)) writeFileSync(join(cwd, name), text)
      const program = shellOf(page, scene.variables) ?? ''
      const env = { ...outerEnvironment(), ...scene.variables }
      await run('bash', ['-c', program], {
        cwd,
        env: { ...env, PATH: `${scene.programs}:${process.env['PATH']}` },
        timeout: 60_000,
      }).catch(({ message, stdout }) => expect.fail(`${message}\n${stdout}`))
    } finally {
      rmSync(cwd, { recursive: true, force: true })
    }
  })
})

/** The environment without settings of this run: the service refuses a `DPP_…` name that it does not know. */
function outerEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('DPP_')),
  )
}
