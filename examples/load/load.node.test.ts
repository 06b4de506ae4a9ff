// The load command as a person runs it, small; and its client against a server that refuses, hangs up and answers late.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SecuredEvent } from '@dpp/core'
import { expect, it } from 'vitest'
import { describeLatencies, type LoadReport } from './report.ts'
import { sendEvents } from './send.ts'

const hooks = new URL('../../test/from-source.mjs', import.meta.url)
const command = fileURLToPath(new URL('./main.ts', import.meta.url))

async function run(args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', hooks.href, command, ...args], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

it('takes 100 events from signing to verdicts, and reports', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-load-test-'))
  const json = join(folder, 'report.json')
  const args = ['--events', '100', '--products', '30', '--per-request', '10', '--sample', '9']
  const { code, stdout, stderr } = await run([...args, '--json', json])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout).toContain('100 of 100 events')
  expect(stdout).toMatch(/products verified +9, 0 not as expected/)
  const report = JSON.parse(await readFile(json, 'utf8')) as LoadReport
  expect(report).toMatchObject({ events: 100, requests: 10, verified: 9, surprises: [] })
  expect(report.batches.reduce((sum, { events }) => sum + events, 0)).toBe(100)
  expect(report.batches.every(({ root }) => root !== null)).toBe(true)
  expect(report.settledSeconds).toBeGreaterThanOrEqual(report.anchoredSeconds)
  expect(report.anchoredSeconds).toBeGreaterThanOrEqual(report.rootedSeconds)
  await rm(folder, { recursive: true })
})

it('says what is wrong with its options', async () => {
  const { code, stderr } = await run(['--service', 'http://127.0.0.1:1'])
  expect([code, stderr]).toEqual([1, 'load: --service and --rpc belong together\n'])
})

type Answer = (response: ServerResponse, request: IncomingMessage) => void
const accept: Answer = (response) => void response.writeHead(201).end('{"results":[]}')

// Sends four events, two in a request, to a server that answers its n-th request with the n-th of these, and accepts afterwards.
async function send(answers: readonly Answer[]) {
  let count = 0
  const bodies = new Set<string>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    bodies.add(body)
    const answer = answers[count++] ?? accept
    answer(response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const events = [1, 2, 3, 4].map((n) => ({ n }) as unknown as SecuredEvent)
  const options = { connections: 1, eventsPerRequest: 2, perSecond: 0, token: undefined }
  try {
    const sent = await sendEvents(events, { url: `http://127.0.0.1:${port}`, ...options }, () => {})
    return { sent, bodies }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

it('posts again what was refused for now or not answered', async () => {
  const { sent, bodies } = await send([
    (response) => void response.writeHead(503, { 'retry-after': '1' }).end('{}'),
    (_, request) => void request.socket.destroy(),
    accept,
    (response) => void response.writeHead(200).end('{"results":[]}'),
  ])
  expect(sent).toMatchObject({ requests: 2, refused: 1, unanswered: 1 })
  expect(sent.latencies).toHaveLength(2)
  expect(sent.latencies[0]).toBeGreaterThan(400) // Two pauses count.
  expect([...bodies]).toEqual(['{"events":[{"n":1},{"n":2}]}', '{"events":[{"n":3},{"n":4}]}'])
})

it('ends with the first event that is refused for good', async () => {
  const refusal = '{"results":[{"digest":"z1","receipt":0},{"status":403,"code":"ERR_DPP_X"}]}'
  const sending = send([(response) => void response.writeHead(201).end(refusal)])
  await expect(sending).rejects.toThrow('an event was refused: 201')
})

it('gives quantiles by rank', () => {
  const latencies = Array.from({ length: 100 }, (_, i) => 100 - i)
  expect(describeLatencies(latencies)).toEqual({ p50: 50, p99: 99, max: 100 })
})
