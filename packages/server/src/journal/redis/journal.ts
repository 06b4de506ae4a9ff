// The journal on Redis, for any number of replicas.
import { setTimeout as sleep } from 'node:timers/promises'
import { isDppError } from '@dpp/core'
import type { CrashPoint } from '../../crash-point.ts'
import type { BatchBook } from '../batch-port.ts'
import type { Journal } from '../port.ts'
import { createRedisAnchors } from './anchors.ts'
import { createRedisBatchReader } from './batch-reader.ts'
import { createRedisBatchBook } from './batches.ts'
import { checkDurability, type Unsafe, unsafeNames } from './check-durability.ts'
import { connectRedis, type RedisClient } from './client.ts'
import { createRedisEvents } from './events.ts'
import { identifyJournal } from './identity.ts'
import { createRedisIssuers } from './issuers.ts'
import { acquireLease } from './lease.ts'
import { createRedisProducts } from './products.ts'
import type { QueuePlace } from './queue-place.ts'
import { createScripts, outage } from './run-scripts.ts'
import { readScript, writeScript } from './script.ts'
import { admitWriters } from './whole-file.ts'

export type RedisJournalOptions = {
  readonly place: QueuePlace
  /** Data folder of this replica, which exists. */
  readonly folder: string
  readonly accept: readonly Unsafe[]
  /** Refuse to make a journal. */
  readonly mustExist?: boolean
  readonly crashPoint: CrashPoint
  /** Called once when acknowledged data is gone: the service must not go on. */
  readonly onLost: (error: Error) => void
}

/**
 * Opens the journal for a look or a repair, whatever the durability of its server.
 *
 * @throws ERR_DPP_CONFIG_INVALID when there is none
 */
export async function openExistingRedisJournal(
  place: QueuePlace,
  folder: string,
): Promise<Journal> {
  return await openRedisJournal({
    place,
    folder,
    mustExist: true,
    accept: unsafeNames,
    crashPoint: () => {},
    onLost: () => {},
  })
}

const PROBE = writeScript(`return answer(1)`)
const LOOK = readScript(`return 1`)
const WATCH_MS = 2_000
const START_ATTEMPTS = 20

/**
 * Opens the journal, making it when there never was one.
 *
 * @throws ERR_DPP_CONFIG_INVALID when Redis may lose data; ERR_DPP_JOURNAL_LOST when it has; else when it cannot be reached
 */
export async function openRedisJournal(options: RedisJournalOptions): Promise<Journal> {
  const { place, folder, accept, crashPoint, onLost, mustExist = false } = options
  const client = connectRedis(place)
  const prefix = `{${place.queue}}:`
  const journalId = await untilReached(async () => {
    await checkDurability(client, accept)
    if (!mustExist) await admitWriters(client, accept)
    return await identifyJournal(client, prefix, { folder, queue: place.queue, mustExist })
  }).catch((error: unknown) => {
    client.disconnect()
    throw error
  })
  const { replicas, leaseMs } = place
  const scripts = createScripts({ client, prefix, journalId, replicas, accept, onLost })
  let held: number | undefined
  const watch = setInterval(() => void look(), WATCH_MS)
  watch.unref()

  // Also when nothing is written: whether the data is still there, and still safe behind a failover.
  async function look(): Promise<void> {
    try {
      await scripts.run(LOOK, [])
      await checkDurability(client, accept)
      await scripts.admit()
    } catch (error) {
      if (isDppError(error) && error.code === 'ERR_DPP_CONFIG_INVALID') onLost(error)
    }
  }

  async function lease(onLost?: () => void): Promise<BatchBook | undefined> {
    const taken = await acquireLease(scripts, leaseMs, onLost)
    if (taken === undefined) return undefined
    held = taken.token
    return createRedisBatchBook(scripts, taken.token, async () => {
      if (held === taken.token) held = undefined
      await taken.release()
    })
  }

  return {
    events: createRedisEvents(scripts),
    products: createRedisProducts(scripts),
    issuers: createRedisIssuers(scripts),
    anchors: createRedisAnchors(scripts, () => held, crashPoint),
    batches: createRedisBatchReader(scripts),
    acquireLease: lease,
    probe: async () => void (await scripts.run(PROBE, [])),
    close: async () => {
      clearInterval(watch)
      await quit(client)
    },
  }
}

async function quit(client: RedisClient): Promise<void> {
  await client.quit().catch(() => {})
  client.disconnect()
}

// A server that is still loading its data, or a failover under way, is waited for.
async function untilReached<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (isDppError(error)) throw error
      if (attempt === START_ATTEMPTS) throw outage(error)
      await sleep(250)
    }
  }
}
