// The scene of the ingest benchmark: the real service as a process of its own, an issuer with a published log, registered
// products, and signed events of about 2 kB as prepared requests.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEvent, manufactureEvent, type SecuredEvent, signEvent } from '@dpp/core'
import {
  createOrganisation,
  type Organisation,
  type RegisteredProduct,
  registerProduct,
  startFileHost,
} from '../test/server-client.ts'
import { startServerProcess } from '../test/server-process.ts'

export type Scene = {
  readonly url: string
  readonly pid: number
  readonly folder: string
  /** What the service was started with. */
  readonly environment: { readonly [name: string]: string }
  readonly issuer: Organisation
  readonly products: readonly RegisteredProduct[]
  /** Ends the service and removes what it stored. */
  close(): Promise<void>
}

const DOMAIN = 'dpp.windowco.example'
const EVENT_BYTES = 2000

/** Starts the service and registers products; `settings` adds to its environment. */
export async function createScene(
  products: number,
  settings: { readonly [name: string]: string } = {},
): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-bench-'))
  const host = await startFileHost()
  const environment = {
    DPP_DATA_DIR: folder,
    DPP_DOMAIN: DOMAIN,
    DPP_INTERVAL_SECONDS: '0',
    DPP_ORIGINS: `windowco.example=${host.url}`,
    ...settings,
  }
  const server = await startServerProcess(environment)
  const issuer = await createOrganisation(host, 'windowco.example')
  const registered: RegisteredProduct[] = []
  const serials = Array.from({ length: products }, (_, i) => `BENCH-${i}`).values()
  async function register(): Promise<void> {
    for (const serial of serials) {
      registered.push(await registerProduct(server.url, DOMAIN, issuer, serial))
    }
  }
  await Promise.all(Array.from({ length: 8 }, register))
  async function close(): Promise<void> {
    await server.stop()
    await host.close()
    await rm(folder, { recursive: true, force: true })
  }
  const pid = server.process.pid ?? 0
  return { url: server.url, pid, folder, environment, issuer, products: registered, close }
}

/** Signs events about the scene's products in turn, beginning with the `first`, each of about 2 kB. */
export async function signEvents(
  { issuer, products }: Pick<Scene, 'issuer' | 'products'>,
  count: number,
  first = 0,
): Promise<SecuredEvent[]> {
  const events: SecuredEvent[] = []
  const now = new Date()
  for (let i = 0; i < count; i++) {
    const product = products[(first + i) % products.length] as RegisteredProduct
    const subject = manufactureEvent({
      products: [product.did],
      items: [product.item],
      eventTime: now,
      timeZoneOffset: '+01:00',
      extensions: { 'example:measured': measurements },
    })
    const issuerOf = { id: issuer.did, name: 'WindowCo AG' }
    const event = createEvent({ issuer: issuerOf, subject, validFrom: now })
    events.push(await signEvent(event, issuer.signer, { created: now }))
  }
  return events
}

/** Seconds of CPU that the threads of a process have used, to the nanosecond; NaN where the system does not say. */
export async function cpuSeconds(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  if (threads.length === 0) return Number.NaN
  const stats = await Promise.all(
    threads.map((thread) =>
      readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0'),
    ),
  )
  return stats.reduce((sum, stat) => sum + Number(stat.split(' ')[0]), 0) / 1e9
}

// What fills an event up to 2 kB, as a test bench would report it.
const measurements = Array.from({ length: (EVENT_BYTES - 1450) / 60 }, (_, i) => ({
  'example:name': `uValue-${i}`,
  'example:value': '0.84',
}))
