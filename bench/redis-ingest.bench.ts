// Ingest on Redis, flushed to the disk on every write, against the embedded queue; and two replicas on two cores against
// one that is held to one core. Services, Redis and the client share the machine; in turns, medians of the rounds' ratios.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type RedisServer, startRedis } from '../test/redis.ts'
import { startServerProcess } from '../test/server-process.ts'
import { median, type Result } from './compare.ts'
import { openConnections, prepareEvents, sendAll } from './http-load.ts'
import { cpuSeconds, createScene, type Scene, signEvents } from './ingest-scene.ts'

const ROUNDS = Number(process.env['DPP_BENCH_ROUNDS'] ?? 11)
const WARM_UP = 2 // Rounds: a service that has just started compiles while it works.
const EVENTS = 6000 // In each round.
const PER_REQUEST = 100
const CONNECTIONS = { queues: 32, replicas: 64 } // With 16 to each, one replica stands still while Redis serves the other.
const PRODUCTS = 1000 // With few, each has thousands of events waiting in the end, as no batch comes: Redis slows down.
const OWED_OF_EMBEDDED = 0.8
const OWED_OF_ONE = 1.4

const withoutBatches = { DPP_BATCH_SIZE: '250000', DPP_MAX_BACKLOG: '1000000' }
const bind = promisify(execFile)

export async function run(): Promise<Result[]> {
  const redis = await startRedis()
  await redis.call('CONFIG', 'SET', 'auto-aof-rewrite-percentage', '0') // No rewriting of its file while it is measured.
  const files = await mkdtemp(join(tmpdir(), 'dpp-bench-'))
  const settings = {
    DPP_QUEUE: redis.url,
    DPP_STORE: `file:${join(files, 'public')}`,
    WITNESS_PRIVATE_KEY: '11'.repeat(32), // Replicas share their keys.
    RELAYER_PRIVATE_KEY: '22'.repeat(32),
    ...withoutBatches,
  }
  const embedded = await createScene(PRODUCTS, withoutBatches)
  const shared = await createScene(PRODUCTS, settings)
  try {
    return [
      await compareQueues(embedded, shared, redis),
      await compareReplicas(shared, files, redis),
    ]
  } finally {
    await Promise.all([embedded.close(), shared.close()])
    await redis.stop()
    await rm(files, { recursive: true, force: true })
  }
}

type Round = { readonly ms: number; readonly cpu: readonly number[] }

/** The median of seconds in a round, as microseconds an event. */
function micros(seconds: readonly number[]): number {
  return Math.round((median(seconds) * 1e6) / EVENTS)
}

async function compareQueues(embedded: Scene, shared: Scene, redis: RedisServer): Promise<Result> {
  const rounds: { embedded: Round; shared: Round }[] = []
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const first = await post(embedded, [embedded.url], [embedded.pid], CONNECTIONS.queues)
    const second = await post(shared, [shared.url], [shared.pid, redis.pid], CONNECTIONS.queues)
    if (round >= 0) rounds.push({ embedded: first, shared: second })
  }
  const ratio = median(rounds.map((round) => round.embedded.ms / round.shared.ms))
  const cpu = (pick: (round: (typeof rounds)[number]) => number | undefined): string =>
    `${micros(rounds.map((round) => pick(round) ?? Number.NaN))} µs`
  const used = `CPU an event: embedded ${cpu((each) => each.embedded.cpu[0])}, on Redis ${cpu((each) => each.shared.cpu[0])} and Redis itself ${cpu((each) => each.shared.cpu[1])}`
  return describe(
    'ingest on Redis with appendfsync always',
    [
      ['embedded queue', rounds.map((round) => round.embedded.ms)],
      ['Redis', rounds.map((round) => round.shared.ms)],
    ],
    {
      promise: `at least ${OWED_OF_EMBEDDED} of the embedded queue's rate`,
      measured: `${ratio.toFixed(2)} (${used})`,
      holds: ratio >= OWED_OF_EMBEDDED,
    },
  )
}

async function compareReplicas(first: Scene, files: string, redis: RedisServer): Promise<Result> {
  const second = await startServerProcess({
    ...first.environment,
    DPP_DATA_DIR: await mkdtemp(join(files, 'replica-')),
  })
  const all = `0-${availableParallelism() - 1}`
  const rounds: { one: Round; two: Round }[] = []
  const pids = [first.pid, second.process.pid ?? 0, redis.pid]
  try {
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      await holdTo('0', first.pid)
      const one = await post(first, [first.url], pids, CONNECTIONS.replicas)
      await holdTo(all, first.pid)
      const two = await post(first, [first.url, second.url], pids, CONNECTIONS.replicas)
      if (round >= 0) rounds.push({ one, two })
    }
  } finally {
    await second.stop()
  }
  const ratio = median(rounds.map((round) => round.one.ms / round.two.ms))
  const used = (pick: (round: (typeof rounds)[number]) => Round): string => {
    const [a, b, c] = pids.map((_, index) =>
      micros(rounds.map((round) => pick(round).cpu[index] ?? Number.NaN)),
    )
    return `${a} + ${b} µs and Redis ${c} µs`
  }
  return describe(
    'replicas on one Redis',
    [
      ['one, held to one core', rounds.map((round) => round.one.ms)],
      ['two, on two cores', rounds.map((round) => round.two.ms)],
    ],
    {
      promise: `two at least ${OWED_OF_ONE} times one`,
      measured: `${ratio.toFixed(2)} (CPU an event: one ${used((each) => each.one)}, two ${used((each) => each.two)})`,
      holds: ratio >= OWED_OF_ONE,
    },
  )
}

// Every thread of the process; new ones inherit it. Redis and the client go where they like.
async function holdTo(cores: string, pid: number): Promise<void> {
  await bind('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, `${pid}`])
}

/** Posts fresh events, over as many connections to each service; gives the time, and the CPU seconds that the processes used in it. */
async function post(
  scene: Scene,
  urls: readonly string[],
  pids: readonly number[],
  connections: number,
): Promise<Round> {
  const requests = prepareEvents(await signEvents(scene, EVENTS), PER_REQUEST)
  // Now, not earlier: the service ends a connection that asks for nothing in 10 s.
  const each = connections / urls.length
  const opened = (await Promise.all(urls.map((url) => openConnections(url, each)))).flat()
  const before = await Promise.all(pids.map(cpuSeconds))
  const ms = await sendAll(opened, requests, 201)
  const after = await Promise.all(pids.map(cpuSeconds))
  for (const connection of opened) connection.close()
  return { ms, cpu: after.map((seconds, index) => seconds - (before[index] ?? Number.NaN)) }
}

function describe(
  title: string,
  times: readonly (readonly [string, readonly number[]])[],
  owed: NonNullable<Result['owed']>[number],
): Result {
  const rows = times.map(([name, ms]) => ({ name, medianMicros: (median(ms) * 1000) / EVENTS }))
  const first = rows[0]?.medianMicros ?? Number.NaN
  return {
    title: `${title}, ${PER_REQUEST} a request, ${ROUNDS} rounds of ${EVENTS}`,
    unit: 'event',
    rows: rows.map((row) => ({ ...row, ratio: row.medianMicros / first })),
    owed: [owed],
  }
}
