// The three commands as a person runs them, from their sources, at ten windows: whole, killed in the middle, and again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEvent } from '@dpp/core'
import {
  createJsonRpcReader,
  createWebSource,
  parsePolicy,
  summarize,
  verifyProduct,
} from '@dpp/verifier'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../test/anvil.ts'
import { readerToken } from './audiences.ts'
import { chunksOf, openDataSet, policyKey, readValues, requireManifest } from './data-set.ts'
import { startLocalStack } from './local-stack.ts'
import { openKeys } from './open-keys.ts'
import { originsOf, type Seeded } from './seed.ts'
import type { RestrictedLine } from './simulate.ts'
import { serveSites, siteOrigins } from './sites.ts'

const hooks = new URL('../../test/from-source.mjs', import.meta.url)
const commands = ['generate-identities', 'simulate-lifecycle', 'seed-storage'] as const

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dpp-data-commands-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type Run = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

async function run(
  name: (typeof commands)[number],
  args: readonly string[],
  { passphrase = 'a passphrase', killAt }: { passphrase?: string; killAt?: string } = {},
): Promise<Run> {
  const file = fileURLToPath(new URL(`../${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--import', hooks.href, file, ...args], {
    env: { PATH: process.env['PATH'] ?? '', KEYS_PASSPHRASE: passphrase },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // A process group of its own: killed with its chain and its service, as when the power fails.
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => {
    stdout += data
    if (killAt !== undefined && stdout.includes(killAt)) killGroup(child.pid)
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

function killGroup(pid: number | undefined): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL')
}

async function report(): Promise<Seeded> {
  return JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))
}

describe('the commands', () => {
  it.each(commands)('%s explains itself, and refuses what it does not know', async (name) => {
    const help = await run(name, ['--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const option of ['--count', '--seed', '--data', '--passphrase-file', '--help'])
      expect(help.stdout).toContain(option)
    for (const args of [
      ['--cuont', '3'],
      ['--count', '0'],
      ['--count', 'many'],
    ])
      expect(await run(name, ['--data', folder, ...args])).toMatchObject({ code: 1, stdout: '' })
  })

  it('want a passphrase, and the identities first', async () => {
    const without = await run('generate-identities', ['--data', folder], { passphrase: '' })
    expect(without.code).toBe(1)
    expect(without.stderr).toContain('--plain-keys')
    for (const name of ['simulate-lifecycle', 'seed-storage'] as const) {
      const early = await run(name, ['--data', folder])
      expect(early.code).toBe(1)
      expect(early.stderr).toContain('run generate-identities first')
    }
  })

  it('make ten windows, have them live, and see every verdict as expected', async () => {
    const made = await run('generate-identities', ['--data', folder, '--count', '10'])
    expect(made.stderr).toBe('')
    expect(made.stdout).toContain('30 product DIDs, no two SCIDs alike')
    const lived = await run('simulate-lifecycle', ['--data', folder])
    expect(lived.stdout).toMatch(/1[2-9]\d signed events/)

    // Stopped in the middle, twice: between registration and the first batch, and after the key rotation.
    const local = ['--data', folder, '--local', '--store', join(folder, 'store')]
    for (const killAt of ['Wave 1: batch', 'glassco rotates'])
      expect(await run('seed-storage', local, { killAt })).toMatchObject({ code: null, stderr: '' })

    const seeded = await run('seed-storage', local)
    expect(`${seeded.stdout}${seeded.stderr}`).not.toContain('UNEXPECTED')
    expect(seeded.code, seeded.stderr).toBe(0)
    const first = await report()
    expect(first.verified).toMatchObject({ products: 30, surprises: [] })
    expect(first.products).toBe(30)
    expect(first.events).toBeGreaterThan(120)
    expect(first).toMatchObject({ refused: 2, restricted: 1 })
    expect(first.uploaded).toMatchObject({ written: 0, present: 30 })
    expect(first.batches).toHaveLength(4)
    for (const { gas } of first.batches.slice(1)) expect(gas).toBeLessThan(76_000)

    // The same again finds everything done: no entry, no batch, no byte more.
    const again = await run('seed-storage', local)
    expect(again.code, `${again.stdout}${again.stderr}`).toBe(0)
    const second = await report()
    expect({ ...second, seconds: 0 }).toEqual({ ...first, seconds: 0 })
  }, 600_000)

  it('leave the restricted event to its audience: others see its digest, and a verifier says so', async () => {
    const dataSet = openDataSet(folder)
    const manifest = await requireManifest(dataSet)
    const protection = { kind: 'passphrase', text: 'a passphrase' } as const
    const { localService } = await openKeys(dataSet, protection, undefined)
    const [chunk] = chunksOf(manifest.count)
    if (chunk === undefined) throw new Error('the data set is empty')
    const [line] = (await readValues<RestrictedLine>(dataSet, chunk, 'restricted')) ?? []
    if (line === undefined) throw new Error('no event is restricted')
    const sites = await serveSites(dataSet)
    const stack = await startLocalStack(dataSet, {
      host: manifest.host,
      origins: sites.origins,
      witnessPrivateKey: localService,
    })
    try {
      const { event, products, digest } = parseEvent(line.event)
      const url = `${stack.serviceUrl}/.well-known/did/events/${digest}.json`
      expect((await fetch(url)).status).toBe(401)
      const authorization = `Bearer ${readerToken(localService, line.audience, 'installco')}`
      const told = await fetch(url, { headers: { authorization } })
      expect(told.status).toBe(200)
      expect(await told.json()).toEqual(event)

      const origins = originsOf(manifest, { serviceUrl: stack.serviceUrl, sitesUrl: sites.url })
      const chain = `eip155:${stack.chainId}`
      const verdict = await verifyProduct(products[0] ?? '', {
        policy: parsePolicy(JSON.parse(await readFile(join(folder, policyKey), 'utf8'))),
        sources: [createWebSource({ fetch, origins })],
        readers: [createJsonRpcReader({ chain, urls: [stack.rpcUrl], fetch })],
      })
      const { title, details } = summarize(verdict)
      expect(title).toContain('Anchored')
      expect(details).toContain(`1 of ${verdict.events.length} events are not disclosed.`)
      const withheld = verdict.events.filter(({ disclosed }) => !disclosed)
      expect(withheld).toMatchObject([{ digest, issuer: null }])
    } finally {
      await stack.stop()
      await sites.close()
    }
  }, 60_000)

  it('make two windows for a service that runs already, by its own keys', async () => {
    const data = join(folder, 'remote')
    const dataSet = openDataSet(data)
    const ports = { service: await freePort(), sites: await freePort() }
    const origins = siteOrigins(`http://127.0.0.1:${ports.sites}`)
    const stack = {
      host: 'dpp.windowco.example',
      origins,
      port: ports.service,
      witnessPrivateKey: '5e'.repeat(32),
    }
    const before = await startLocalStack(dataSet, stack)
    const service = ['--data', data, '--service', before.serviceUrl]
    try {
      const made = await run('generate-identities', [...service, '--count', '2'])
      expect(made.code, made.stderr).toBe(0)
    } finally {
      await before.stop()
    }
    expect((await run('simulate-lifecycle', ['--data', data, '--count', '2'])).code).toBe(0)
    // The service reads the operator's list of issuers when it starts.
    const after = await startLocalStack(dataSet, stack)
    try {
      const sites = ['--sites-port', String(ports.sites), '--rpc', after.rpcUrl]
      const seeded = await run('seed-storage', [...service, ...sites, '--verify', '3'])
      expect(seeded.code, `${seeded.stdout}${seeded.stderr}`).toBe(0)
      expect(seeded.stdout).toContain('0 not as expected')
    } finally {
      await after.stop()
    }
  }, 120_000)
})
