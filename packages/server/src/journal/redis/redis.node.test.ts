// The journal's contract on real Redis: one server, a cluster, behind sentinels, with TLS and an ACL.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import {
  hasRedis,
  type RedisGroup,
  startRedis,
  startRedisCluster,
  startRedisSentinel,
  startSecureRedis,
} from '../../../../../test/redis.ts'
import { describeClaims } from '../claims.suite.ts'
import { describeJournal } from '../journal.suite.ts'
import { describeOwnersRequests } from '../owners-requests.suite.ts'
import type { Journal } from '../port.ts'
import { openRedisJournal } from './journal.ts'
import { parseQueuePlace } from './queue-place.ts'

async function single(): Promise<RedisGroup> {
  const server = await startRedis()
  return { url: server.url, servers: [server], stop: server.stop }
}

const kinds = [
  ['redis', single],
  ['redis cluster', startRedisCluster],
  ['redis behind sentinels', startRedisSentinel],
  ['redis with TLS and ACL', startSecureRedis],
] as const

describe.runIf(hasRedis()).each(kinds)('%s', (name, start) => {
  const folder = mkdtempSync(join(tmpdir(), 'dpp-redis-journal-'))
  const opened: Journal[] = []
  let group: RedisGroup

  beforeAll(async () => {
    group = await start()
  })
  afterAll(async () => {
    for (const journal of opened) await journal.close()
    await group.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(): Promise<Journal> {
    const place = parseQueuePlace(group.url)
    if (place === undefined) throw new Error('it is no Redis')
    const own = mkdtempSync(join(folder, 'j-'))
    // A fresh journal is a queue of its own; on the server with an ACL the user has one only.
    if (name.includes('ACL')) await group.servers[0]?.call('FLUSHALL')
    const queue = name.includes('ACL') ? 'dpp' : `q${opened.length}`
    const journal = await openRedisJournal({
      place: { ...place, queue },
      folder: own,
      accept: [],
      crashPoint: () => {},
      onLost: (error) => process.stderr.write(`lost: ${error.message}\n`),
    })
    opened.push(journal)
    return journal
  }

  describeJournal(name, open)
  describeClaims(name, open)
  describeOwnersRequests(name, open)
})
