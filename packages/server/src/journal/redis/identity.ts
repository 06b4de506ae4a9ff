// Which journal this service began with. Its id lies in Redis and in the data folder of every replica: an empty Redis is
// a new journal only for a service that never had one.
import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DppError } from '@dpp/core'
import type { ServerErrorCode } from '../../errors.ts'
import type { RedisClient } from './client.ts'
import { journalLost } from './run-scripts.ts'

const BEGIN = `
local known = redis.call('HGET', KEYS[1] .. 'meta', 'id')
if known then return known end
if ARGV[2] ~= '' or ARGV[3] ~= '' then return false end
redis.call('HSET', KEYS[1] .. 'meta', 'id', ARGV[1], 'writes', 0, 'token', 0)
redis.call('XGROUP', 'CREATE', KEYS[1] .. 'queue', 'batch', '0', 'MKSTREAM')
return ARGV[1]`

export type IdentityOptions = {
  /** Data folder of this replica. */
  readonly folder: string
  readonly queue: string
  readonly mustExist: boolean
}

/**
 * Gives the id of the journal, making the journal when there is none and never was.
 *
 * @throws ERR_DPP_JOURNAL_LOST when Redis is empty or has another journal than this service began with
 */
export async function identifyJournal(
  client: RedisClient,
  prefix: string,
  { folder, queue, mustExist }: IdentityOptions,
): Promise<string> {
  const path = join(folder, `redis-${queue}.id`)
  const ours = (await readId(path)) ?? ''
  const found = await client.eval(BEGIN, 1, prefix, randomUUID(), ours, mustExist ? '1' : '')
  if (typeof found !== 'string' && ours === '') {
    throw new DppError<ServerErrorCode>('ERR_DPP_CONFIG_INVALID', 'there is no journal in Redis')
  }
  if (typeof found !== 'string') throw journalLost(`Redis is empty, but ${path} names a journal`)
  if (ours !== '' && found !== ours) {
    throw journalLost(`Redis has another journal than the one that ${path} names`)
  }
  if (ours === '' && !mustExist) await writeId(path, found)
  return found
}

/** The id in the data folder; undefined where none has been. */
async function readId(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function writeId(path: string, id: string): Promise<void> {
  await writeFile(`${path}.new`, `${id}\n`, { flush: true })
  await rename(`${path}.new`, path)
}
