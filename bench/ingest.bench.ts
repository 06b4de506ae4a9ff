// The durable service against a route that parses, canonicalizes and verifies but stores nothing: client, service and
// reference on one machine, in turns, medians of the rounds' ratios.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { median, type Result } from './compare.ts'
import {
  type LoadConnection,
  openConnections,
  prepareEvents,
  sendAll,
  sendPaced,
} from './http-load.ts'
import { cpuSeconds, createScene, type Scene, signEvents } from './ingest-scene.ts'

const ROUNDS = Number(process.env['DPP_BENCH_ROUNDS'] ?? 7)
const WARM_UP = 2 // Rounds: a service that has just started compiles while it works.
const PACED_SECONDS = 10

export async function run(): Promise<Result[]> {
  const scene = await createScene(300, { DPP_BATCH_SIZE: '250000' }) // No batch while it is measured.
  const reference = await startReference(scene)
  try {
    const one = await compareIngest(scene, reference, {
      events: 6000,
      perRequest: 1,
      connections: 256,
      owed: 0.8,
    })
    const hundred = await compareIngest(scene, reference, {
      events: 12_000, // So that the first and the last requests, which have the service to themselves, count little.
      perRequest: 100,
      connections: 32,
      owed: 0.9,
    })
    const perSecond = 1e6 / (one.rows[1]?.medianMicros ?? Number.NaN)
    return [one, hundred, await measureLatency(scene, perSecond / 2)]
  } finally {
    reference.stop()
    await scene.close()
  }
}

type Reference = { readonly url: string; readonly pid: number; stop(): void }

async function startReference({ issuer }: Scene): Promise<Reference> {
  const file = fileURLToPath(new URL('./ingest-reference.ts', import.meta.url))
  const x = Buffer.from(issuer.signer.publicKey).toString('base64url')
  const args = [file, x, issuer.signer.verificationMethod]
  // With as many helpers of V8 as the service has.
  const child = spawn(process.execPath, ['--v8-pool-size=0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.once('exit', () => child.kill())
  const [url] = await once(createInterface({ input: child.stdout }), 'line')
  return { url: String(url), pid: child.pid ?? 0, stop: () => void child.kill() }
}

type Job = {
  /** In each round. */
  readonly events: number
  readonly perRequest: number
  /** Each with one request under way. */
  readonly connections: number
  readonly owed: number
}

async function compareIngest(scene: Scene, reference: Reference, job: Job): Promise<Result> {
  const ours = await openConnections(scene.url, job.connections)
  const theirs = await openConnections(reference.url, job.connections)
  const rounds: { ours: number; theirs: number; cpuOurs: number; cpuTheirs: number }[] = []
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const requests = prepareEvents(await signEvents(scene, job.events), job.perRequest)
    const first = await timed(reference.pid, theirs, requests)
    const second = await timed(scene.pid, ours, requests)
    if (round < 0) continue
    rounds.push({ ours: second.ms, theirs: first.ms, cpuOurs: second.cpu, cpuTheirs: first.cpu })
  }
  for (const connection of [...ours, ...theirs]) connection.close()
  const ratio = median(rounds.map((round) => round.theirs / round.ours))
  const cpu = median(rounds.map((round) => round.cpuOurs / round.cpuTheirs))
  const micros = (ms: number): number => (ms * 1000) / job.events
  const medianOurs = micros(median(rounds.map((round) => round.ours)))
  const medianTheirs = micros(median(rounds.map((round) => round.theirs)))
  return {
    title: `ingest, ${job.perRequest} a request, ${job.connections} connections, ${ROUNDS} rounds of ${job.events}`,
    unit: 'event',
    rows: [
      { name: 'reference: verifies, stores nothing', medianMicros: medianTheirs, ratio: 1 },
      { name: '@dpp/server, durable', medianMicros: medianOurs, ratio: medianOurs / medianTheirs },
    ],
    owed: [
      {
        promise: `at least ${job.owed} of the reference (median of the rounds' ratios)`,
        measured: `${ratio.toFixed(2)}, at ${cpu.toFixed(2)} times its CPU`,
        holds: ratio >= job.owed,
      },
    ],
  }
}

async function timed(
  pid: number,
  connections: readonly LoadConnection[],
  requests: readonly Buffer[],
): Promise<{ ms: number; cpu: number }> {
  const before = await cpuSeconds(pid)
  const ms = await sendAll(connections, requests, 201)
  return { ms, cpu: (await cpuSeconds(pid)) - before }
}

async function measureLatency(scene: Scene, perSecond: number): Promise<Result> {
  const connections = await openConnections(scene.url, 64)
  const requests = prepareEvents(await signEvents(scene, Math.ceil(perSecond * PACED_SECONDS)), 1)
  const latencies = (await sendPaced(connections, requests, perSecond)).toSorted((a, b) => a - b)
  for (const connection of connections) connection.close()
  const quantile = (q: number): number => latencies[Math.floor(q * latencies.length)] ?? Number.NaN
  const [p50, p99] = [quantile(0.5), quantile(0.99)]
  return {
    title: `latency at half load, ${Math.round(perSecond)} events/s`,
    unit: 'request',
    rows: [
      { name: 'median', medianMicros: p50 * 1000, ratio: 1 },
      { name: '99th percentile', medianMicros: p99 * 1000, ratio: p99 / p50 },
    ],
    owed: [{ promise: 'p99 under 150 ms', measured: `${p99.toFixed(1)} ms`, holds: p99 < 150 }],
  }
}
