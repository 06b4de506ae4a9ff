// The three verifying examples, run as their first lines say, against public files and a chain of the test's own.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVerifyScene, type VerifyScene } from './verify-scene.ts'

const run = promisify(execFile)
const here = import.meta.dirname
const workerd: string = createRequire(import.meta.url)('workerd').default
let scene: VerifyScene
let work: string

beforeAll(async () => {
  scene = await createVerifyScene()
  work = await mkdtemp(join(tmpdir(), 'dpp-verify-examples-'))
}, 60_000)

afterAll(async () => {
  await scene.stop()
  await rm(work, { recursive: true, force: true })
})

describe('verify-node', () => {
  const program = join(here, 'verify-node/verify.mjs')

  it('says that the product is anchored', async () => {
    const hosts = Object.entries(scene.origins).map((pair) => pair.join('='))
    const { stdout } = await run(process.execPath, [program, scene.did, scene.rpcUrl, ...hosts], {
      env: { ...process.env, CHAIN: scene.chain },
    })
    expect(stdout).toContain('✅ Anchored')
    expect(stdout).toContain('  anchor: passed')
  })

  it('claims nothing about what it cannot reach', async () => {
    const hosts = Object.keys(scene.origins).map((host) => `${host}=http://127.0.0.1:9`)
    const failed = run(process.execPath, [program, scene.did, scene.rpcUrl, ...hosts], {
      env: { ...process.env, CHAIN: scene.chain },
    })
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('❔ Unknown'),
    })
  })
})

describe('verify-page', () => {
  it('verifies in the visitor’s browser', async () => {
    const bundle = join(work, 'page.js')
    await build({
      entryPoints: [join(here, 'verify-page/page.js')],
      ...{ bundle: true, minify: true, format: 'esm', outfile: bundle, logLevel: 'error' },
    })
    const server = createServer(async (request, response) => {
      const isScript = request.url === '/bundle.js'
      const file = isScript ? bundle : join(here, 'verify-page/index.html')
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(await readFile(file))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    })
    try {
      const asked = new URLSearchParams({ did: scene.did, rpc: scene.rpcUrl, chain: scene.chain })
      for (const pair of Object.entries(scene.origins)) asked.append('host', pair.join('='))
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?${asked}`)
      await page.waitForSelector('html[data-status]')
      expect(await page.textContent('#title')).toBe('✅ Anchored')
      expect(await page.locator('#checks li').count()).toBe(4)
      expect(await page.textContent('#reason')).toContain(scene.chain)
    } finally {
      await browser.close()
      server.closeAllConnections()
      server.close()
    }
  })
})

describe('verify-worker', () => {
  it('answers with a verdict on the edge runtime', async () => {
    await build({
      entryPoints: [join(here, 'verify-worker/worker.js')],
      ...{ bundle: true, format: 'esm', outfile: join(work, 'bundle.js'), logLevel: 'error' },
      conditions: ['workerd', 'worker', 'browser'],
    })
    await copyFile(join(here, 'verify-worker/worker.capnp'), join(work, 'worker.capnp'))
    const { child, url } = await serve()
    try {
      const answer = await fetch(`${url}/?did=${encodeURIComponent(scene.did)}`)
      expect(answer.status).toBe(200)
      expect(await answer.json()).toMatchObject({ type: 'DppVerdict', status: 'anchored' })
      const unknown = await fetch(`${url}/?did=nonsense`)
      expect(await unknown.json()).toMatchObject({ status: 'indeterminate' })
    } finally {
      child.kill()
    }
  })
})

/** Starts workerd with the example's own configuration, at a port that is free. */
async function serve(): Promise<{ child: ChildProcess; url: string }> {
  const free = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => free.once('listening', resolve))
  const { port } = free.address() as AddressInfo
  await new Promise((resolve) => free.close(resolve))
  const child = spawn(
    workerd,
    ['serve', join(work, 'worker.capnp'), '--socket-addr', `http=127.0.0.1:${port}`],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        RPC_URL: scene.rpcUrl,
        CHAIN: scene.chain,
        ORIGINS: JSON.stringify(scene.origins),
      },
    },
  )
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return { child, url }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  child.kill()
  throw new Error('workerd does not answer')
}
