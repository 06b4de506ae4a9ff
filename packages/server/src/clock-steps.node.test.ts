// A clock that steps, forwards and back (T1): entry times strictly rise all the same, every log verifies, and events are
// judged by the clock as it is.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyLog } from '@dpp/webvh'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  createOrganisation,
  type FileHost,
  type Organisation,
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
  startFileHost,
} from '../../../test/server-client.ts'
import { parseConfig } from './config.ts'
import { runFsck } from './fsck/open-fsck.ts'
import { createServer, type Server } from './server.ts'

const DOMAIN = 'dpp.windowco.example'

let folder: string
let host: FileHost
let issuer: Organisation
let product: RegisteredProduct
let server: Server
let url: string
let offsetMs = 5000
const now = (): Date => new Date(Date.now() + offsetMs)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dpp-clock-'))
  host = await startFileHost()
  issuer = await createOrganisation(host, 'windowco.example')
  const parts = { log: pino({ level: 'silent' }), now, crashPoint: () => {} }
  server = await createServer(configOf(), parts)
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  product = await registerProduct(url, DOMAIN, issuer, 'CLOCK-1')
})

afterAll(async () => {
  await server?.close()
  await host?.close()
  await rm(folder, { recursive: true, force: true })
})

function configOf() {
  return parseConfig({
    DPP_DATA_DIR: folder,
    DPP_DOMAIN: DOMAIN,
    DPP_ORIGINS: `windowco.example=${host.url}`,
    DPP_MAX_EVENT_AGE_SECONDS: '60',
    DPP_ISSUER_RATE_PER_SECOND: '100',
  })
}

it('keeps entry times rising over steps of an hour and a day', async () => {
  const hour = 3_600_000
  const steps = [0, -hour, hour, -24 * hour, 1000, 2 * hour, -2 * hour]
  for (const step of steps) {
    offsetMs += step
    const event = await signManufacture(issuer, [product], now())
    expect((await postJson(`${url}/events`, event)).status).toBe(201)
    await server.batches.runNow()
  }
  const log = await (await fetch(`${url}/.well-known/did/${product.scid}/did.jsonl`)).text()
  const later = new Date(Date.now() + 48 * hour)
  const { versions, error } = verifyLog(log, { did: product.did, now: later })
  expect(error).toBeUndefined()
  const times = versions.map(({ versionTime }) => versionTime.getTime())
  expect(times).toHaveLength(steps.length + 1)
  expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true)
  const stale = await signManufacture(issuer, [product], new Date(now().getTime() - 120_000))
  expect((await postJson(`${url}/events`, stale)).status).toBe(422)
  offsetMs = 10_000
  const { findings } = await runFsck(configOf())
  expect(findings.filter(({ problem }) => !problem.includes('FUTURE'))).toEqual([])
}, 60_000)
