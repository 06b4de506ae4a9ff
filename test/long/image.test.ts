// The Dockerfile's own steps, without a container engine: what its first stage would copy and run, in an empty folder; then the
// command and the health check of its second stage, on what came out.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { freePort } from '../anvil.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

it('builds a service that starts, is healthy, and ends when it is told to', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-image-'))
  const at = (text: string): string =>
    text.replaceAll('/src', `${folder}/src`).replaceAll('/app', `${folder}/app`)
  const [build = '', last = ''] = (await readFile(join(root, 'Dockerfile'), 'utf8'))
    .split(/^FROM .*$/m)
    .slice(1)
  await run('mkdir', [`${folder}/src`])
  for (const line of build.split('\n')) {
    const [, word, rest = ''] = /^(\w+) (.+)$/.exec(line) ?? []
    if (word === 'COPY') {
      const names = rest.split(' ').slice(0, -1)
      // What git knows, without tests, is what .dockerignore leaves of it.
      const exclude = ['*.test.ts', '*.suite.ts'].map((name) => `:(exclude)${name}`)
      const script = `git ls-files -z -- ${[...names, ...exclude].map((name) => `'${name}'`).join(' ')} | xargs -0 cp --parents -t '${folder}/src'`
      await run('bash', ['-c', script], { cwd: root })
    }
    if (word === 'RUN' && !rest.startsWith('npm install --global')) {
      await run('bash', ['-c', at(rest)], { cwd: `${folder}/src`, maxBuffer: 2 ** 26 })
    }
  }

  const listOf = (word: string): string[] =>
    JSON.parse(new RegExp(`^${word} .*?(\\[.+\\])$`, 'm').exec(last)?.[1] ?? '[]').map(at)
  const settings = Object.fromEntries(
    (/^ENV (.+)$/m.exec(last)?.[1] ?? '').split(' ').map((pair) => pair.split('=')),
  )
  const port = String(await freePort())
  const env = {
    PATH: process.env['PATH'] ?? '',
    ...settings,
    DPP_HOST: '127.0.0.1', // Not to be reached from elsewhere.
    DPP_PORT: port,
    DPP_DATA_DIR: `${folder}/data`,
  }
  const [program = '', ...args] = [...listOf('ENTRYPOINT'), ...listOf('CMD')]
  const service = spawn(program, args, {
    cwd: `${folder}/app`,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: service.stdout })) {
    if (line.includes('"service.listening"')) break
  }
  const [checker = '', ...check] = listOf('HEALTHCHECK')
  await run(checker, check, { env })
  service.kill('SIGTERM')
  expect(await once(service, 'exit')).toEqual([0, null])
  await expect(run(checker, check, { env })).rejects.toMatchObject({ code: 1 })

  // The optional clients are there, nothing that builds is.
  const inside = `import('@aws-sdk/client-s3'), import('@azure/storage-blob')`
  await run(process.execPath, ['-e', inside], { cwd: `${folder}/app` })
  const { stdout } = await run('find', [
    `${folder}/app/node_modules/.pnpm`,
    '-maxdepth',
    '1',
    '-name',
    'typescript@*',
    '-o',
    '-maxdepth',
    '1',
    '-name',
    'vitest@*',
  ])
  expect(stdout).toBe('')
  await rm(folder, { recursive: true, force: true })
}, 1_800_000)
