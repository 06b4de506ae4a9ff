// A disk that is full, fails, or takes no writes, under the real server process: it says so with 503, promises nothing that
// is not durable, lives on, and is in order again when the disk is. And what a power cut leaves behind.
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventDigest } from '@dpp/core'
import { readEvents, verifyLog } from '@dpp/webvh'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createOrganisation,
  type FileHost,
  getJson,
  type Organisation,
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
  startFileHost,
} from '../../../test/server-client.ts'
import { type ServerProcess, startServerProcess } from '../../../test/server-process.ts'
import { findStrace, type Injection } from '../../../test/strace.ts'
import { parseConfig } from './config.ts'
import { runFsck } from './fsck/open-fsck.ts'

const DOMAIN = 'dpp.windowco.example'
const strace = findStrace()

let folder: string
let host: FileHost
let issuer: Organisation
let server: ServerProcess
let product: RegisteredProduct
const accepted: string[] = []

const environment = (): { readonly [name: string]: string } => ({
  DPP_DATA_DIR: folder,
  DPP_DOMAIN: DOMAIN,
  DPP_INTERVAL_SECONDS: '0',
  DPP_POLL_MS: '600000',
  DPP_ORIGINS: `windowco.example=${host.url}`,
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dpp-faults-'))
  host = await startFileHost()
  issuer = await createOrganisation(host, 'windowco.example')
  server = await startServerProcess(environment())
  product = await registerProduct(server.url, DOMAIN, issuer, 'FAULTS-1')
})

afterAll(async () => {
  await server?.stop('SIGKILL')
  await host?.close()
  await rm(folder, { recursive: true, force: true })
})

async function post(): Promise<{ status: number; code: unknown; retry: () => Promise<number> }> {
  const event = await signManufacture(issuer, [product])
  const send = () => postJson(`${server.url}/events`, event)
  const { status, body } = await send()
  if (status === 201) accepted.push(eventDigest(event))
  const { code } = body as { code?: unknown }
  const retry = async (): Promise<number> => {
    const again = await send()
    if (again.status === 201) accepted.push(eventDigest(event))
    return again.status
  }
  return { status, code, retry }
}

/** Seals what waits; gives the newest batch. */
async function runBatch(): Promise<{ status: number; state: string; problem?: string }> {
  await new Promise((resolve) => setTimeout(resolve, 1100)) // Entry times are whole seconds.
  const { status, body } = await postJson(`${server.url}/batches`, {})
  const [newest] = (body as { batches?: { state: string; problem?: string }[] }).batches ?? []
  return { status, state: '', ...newest }
}

/** Everything that was acknowledged, once, in the published log; nothing else; the record in order. */
async function assertInOrder(): Promise<void> {
  const log = await (await fetch(`${server.url}/.well-known/did/${product.scid}/did.jsonl`)).text()
  const { versions, error } = verifyLog(log, { did: product.did })
  expect(error).toBeUndefined()
  const published = readEvents(versions).map(({ digest }) => digest)
  expect([...published].sort()).toEqual([...accepted].sort())
  const report = await runFsck(parseConfig(environment()))
  expect(report.findings).toEqual([])
}

const wal = (): string => join(folder, 'journal.sqlite-wal')
const writes = ['write', 'writev', 'pwrite64', 'pwritev']
const flushes = ['fsync', 'fdatasync']

describe.runIf(strace !== undefined)('while the journal cannot be written', () => {
  const faults: readonly (readonly [string, Omit<Injection, 'paths'>])[] = [
    ['the disk is full', { calls: writes, error: 'ENOSPC' }],
    ['writes fail', { calls: writes, error: 'EIO' }],
    ['flushes fail', { calls: flushes, error: 'EIO' }],
    ['the file system is read-only', { calls: [...writes, ...flushes], error: 'EROFS' }],
  ]

  it.each(faults)('%s: 503, and in order afterwards', async (_name, fault) => {
    expect((await post()).status).toBe(201)
    const { pid = 0 } = server.process
    const heal = await strace?.inject(pid, { ...fault, paths: [wal()] })
    const refused = await post()
    const ready = await fetch(`${server.url}/readyz`)
    const alive = await fetch(`${server.url}/healthz`)
    expect(await heal?.()).toBeGreaterThan(0)
    expect(refused).toMatchObject({ status: 503, code: 'ERR_DPP_HTTP_UNAVAILABLE' })
    expect([ready.status, alive.status]).toEqual([503, 200])
    expect([200, 201]).toContain(await refused.retry())
    expect((await post()).status).toBe(201)
    expect((await runBatch()).state).toBe('rooted')
    await assertInOrder()
  })
})

describe.runIf(strace !== undefined)('while the published files cannot be written', () => {
  const faults: readonly (readonly [string, Injection])[] = [
    ['there is no room for a name', { calls: ['link', 'linkat'], error: 'ENOSPC' }],
    ['a rename fails', { calls: ['rename', 'renameat', 'renameat2'], error: 'EIO' }],
    ['flushes fail', { calls: ['fsync'], error: 'EIO' }],
    ['no folder can be made', { calls: ['mkdir', 'mkdirat', 'link'], error: 'EROFS' }],
  ]

  it.each(faults)('%s: the batch waits with its reason, and goes on', async (_name, fault) => {
    expect((await post()).status).toBe(201)
    const heal = await strace?.inject(server.process.pid ?? 0, fault)
    const held = await runBatch()
    expect(await heal?.()).toBeGreaterThan(0)
    expect(held.state === 'signed' ? held.problem : held.status).toSatisfy(
      (reason) => reason === 503 || String(reason).includes('ERR_DPP_STORE_UNAVAILABLE'),
    )
    expect((await runBatch()).state).toBe('rooted')
    await assertInOrder()
  })
})

describe('after a power cut', () => {
  it('a torn last record and half a file change nothing that was acknowledged', async () => {
    expect((await post()).status).toBe(201)
    await server.stop('SIGKILL')
    await appendFile(wal(), Buffer.alloc(3001, 0xa5)) // Part of a frame that was never committed.
    const published = join(folder, 'files', '.well-known', 'did', product.scid)
    await writeFile(join(published, 'did.jsonl~torn'), '{"versionId":"2-')
    server = await startServerProcess(environment())
    for (const digest of accepted) {
      expect((await getJson(`${server.url}/events/${digest}`)).status).toBe(200)
    }
    expect((await post()).status).toBe(201)
    expect((await runBatch()).state).toBe('rooted')
    await assertInOrder()
  })
})
