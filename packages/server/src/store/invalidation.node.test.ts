import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createMemoryStore } from '@dpp/anchor/store/memory'
import { afterEach, expect, it } from 'vitest'
import { batchKey, eventKey, eventMeta, jsonMeta, logKey, logMeta } from '../storage-keys.ts'
import { createInvalidation, tellChanges } from './invalidation.ts'

const body = new Uint8Array([1])
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

type Call = { readonly paths: readonly string[]; readonly headers: IncomingHttpHeaders }

// A webhook on this machine that answers each call with what `statusFor` gives, never where it gives undefined.
async function startWebhook(statusFor: (call: number) => number | undefined) {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { type, version, paths } = JSON.parse(text)
    expect([request.method, type, version]).toEqual(['POST', 'DppInvalidation', 1])
    calls.push({ paths, headers: request.headers })
    const status = statusFor(calls.length)
    if (status !== undefined) response.writeHead(status, { location: '/elsewhere' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  closers.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${port}/purge`, calls }
}

function collectWarnings() {
  const warnings: Record<string, unknown>[] = []
  const quiet = (): void => {}
  const warn = (fields: Record<string, unknown>): void => void warnings.push(fields)
  return { warnings, log: { debug: quiet, info: quiet, warn, error: quiet } }
}

const soon = { delayMs: 5, pauseMs: 5 }
const until = (isTrue: () => boolean) => expect.poll(isTrue, { timeout: 10_000 }).toBe(true)

it('tells what changed once each, in bounded groups, and no immutable file', async () => {
  const { url, calls } = await startWebhook(() => 202)
  const { log, warnings } = collectWarnings()
  const invalidation = createInvalidation({ url, token: 'secret', groupSize: 3, log, ...soon })
  const store = tellChanges(createMemoryStore(), invalidation)
  await store.create(eventKey('z1'), body, eventMeta)
  const { token } = await store.create(logKey('Qa'), body, logMeta)
  await store.replace(logKey('Qa'), new Uint8Array([2]), token, logMeta)
  for (const scid of ['Qb', 'Qc', 'Qd']) await store.create(logKey(scid), body, logMeta)
  await store.create(batchKey(`0x${'ab'.repeat(32)}`), body, jsonMeta)
  await store.remove?.(eventKey('z1')) // Erased: caches must let go of it.
  await expect(store.replace(logKey('Qa'), body, 'stale', logMeta)).rejects.toThrow()
  await until(() => calls.flatMap(({ paths }) => paths).length === 6)
  await invalidation.close()
  expect(calls.map(({ paths }) => paths.length)).toEqual([3, 3])
  expect(calls.flatMap(({ paths }) => paths)).toEqual([
    '/.well-known/did/Qa/did.jsonl',
    '/.well-known/did/Qb/did.jsonl',
    '/.well-known/did/Qc/did.jsonl',
    '/.well-known/did/Qd/did.jsonl',
    `/.well-known/did/batches/${'ab'.repeat(32)}.json`,
    '/.well-known/did/events/z1.json',
  ])
  expect(calls[0]?.headers.authorization).toBe('Bearer secret')
  expect(warnings).toEqual([])
})

it('tries again after failures, and gives a group up after five', async () => {
  const { url, calls } = await startWebhook((call) => (call < 4 ? 503 : call === 4 ? 200 : 302))
  const { log, warnings } = collectWarnings()
  const invalidation = createInvalidation({ url, groupSize: 10, log, ...soon })
  invalidation.changed(logKey('Qa'))
  await until(() => calls.length === 4)
  expect(new Set(calls.map(({ paths }) => paths[0])).size).toBe(1)
  expect(warnings).toEqual([])
  invalidation.changed(logKey('Qb')) // Redirects are not followed: they are failures.
  await until(() => warnings.length === 1)
  expect(calls).toHaveLength(9)
  expect(warnings[0]).toMatchObject({ paths: 1 })
  await invalidation.close()
})

it('never holds a write up, and sends the rest when it closes', async () => {
  const { url, calls } = await startWebhook((call) => (call === 1 ? undefined : 200))
  const { log } = collectWarnings()
  const invalidation = createInvalidation({ url, groupSize: 2, log, delayMs: 60_000 })
  const store = tellChanges(createMemoryStore(), invalidation)
  for (const scid of ['Qa', 'Qb', 'Qc']) await store.create(logKey(scid), body, logMeta)
  await until(() => calls.length === 1) // Never answered.
  const startMs = performance.now()
  await invalidation.close()
  expect(performance.now() - startMs).toBeLessThan(5_000)
  const other = createInvalidation({ url, groupSize: 2, log, delayMs: 60_000 })
  other.changed(logKey('Qc'))
  await other.close()
  expect(calls.at(-1)?.paths).toEqual(['/.well-known/did/Qc/did.jsonl'])
})
