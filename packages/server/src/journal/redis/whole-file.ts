// Redis repairs the torn end of its append-only file only by half. A script's effects stand in the file between MULTI and
// EXEC. Killed in the middle of writing them, Redis leaves them out when it loads the file, but cuts the file off at the
// last whole command and writes on behind it: the next restart reads the remains of the torn write as part of the write
// that follows, or drops that one (Redis up to 8, valkey-io/valkey#4342). So nothing is written to a Redis that has been
// restarted until its file has been written anew from its memory, which is right.
//
// How a restart is noticed: it empties the cache of scripts. Scripts that write run from the cache alone, and only
// `admitWriters` puts them there, beside a mark that says that the file is whole.
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { assertAccepted, parseInfo, type Unsafe } from './check-durability.ts'
import type { RedisClient } from './client.ts'
import { readScript, writers } from './script.ts'

/** Known to a Redis whose file is whole. */
export const MARK = readScript(`return 1`)

const LOOK_EVERY_MS = 50

/**
 * Makes the scripts that write known to every server that takes writes, after its file has been written anew where it was
 * started since.
 *
 * @throws ERR_DPP_CONFIG_INVALID when the server refuses to write it and that is not accepted; else when the server cannot be reached or fails
 */
export async function admitWriters(
  client: RedisClient,
  accepted: readonly Unsafe[],
): Promise<void> {
  const nodes = client instanceof Redis ? [client] : client.nodes('master')
  await Promise.all(nodes.map((node) => admitTo(node, accepted)))
}

async function admitTo(node: Redis, accepted: readonly Unsafe[]): Promise<void> {
  // One connection that ends with the process it was made to: what is asked of one start is not told to the next.
  const once = { retryStrategy: () => null, sentinelRetryStrategy: () => null }
  const connection = node.duplicate({ ...once, reconnectOnError: () => false, lazyConnect: true })
  connection.on('error', () => {}) // Every command reports its own failure.
  try {
    await connection.connect()
    const known = await connection.script('EXISTS', MARK.sha1)
    if (!Array.isArray(known) || known[0] !== 1) {
      await writeFileAnew(connection, accepted)
      await connection.script('LOAD', MARK.lua)
    }
    for (const { lua } of writers) await connection.script('LOAD', lua)
  } finally {
    connection.disconnect()
  }
}

async function writeFileAnew(connection: Redis, accepted: readonly Unsafe[]): Promise<void> {
  try {
    if ((await persistence(connection)).get('aof_enabled') === '0') return // There is no file.
    await connection.bgrewriteaof().catch((error: unknown) => {
      if (!isAnswer(error, /already in progress/)) throw error
    })
    for (;;) {
      const info = await persistence(connection)
      const flags = [info.get('aof_rewrite_in_progress'), info.get('aof_rewrite_scheduled')]
      if (flags.every((flag) => flag === '0')) {
        if (info.get('aof_last_bgrewrite_status') === 'ok') return
        throw new Error('it could not write its append-only file anew')
      }
      await sleep(LOOK_EVERY_MS)
    }
  } catch (error) {
    if (!isAnswer(error, /^(NOPERM|ERR unknown)/)) throw error
    assertAccepted(['unchecked'], accepted)
  }
}

async function persistence(connection: Redis): Promise<ReadonlyMap<string, string>> {
  return parseInfo(await connection.info('persistence'))
}

function isAnswer(error: unknown, pattern: RegExp): boolean {
  return error instanceof Error && pattern.test(error.message)
}
