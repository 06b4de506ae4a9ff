// Refuses a Redis that may lose or evict what it acknowledged. What cannot be read counts as unsafe.
import { DppError } from '@dpp/core'
import { Redis } from 'ioredis'
import type { ServerErrorCode } from '../../errors.ts'
import type { RedisClient } from './client.ts'

/** What an operator can accept by name: for development, or where it is known from elsewhere to be in order. */
export const unsafeNames = ['appendonly', 'fsync', 'eviction', 'unchecked'] as const
export type Unsafe = (typeof unsafeNames)[number]

/** Names, comma-separated. Throws an Error whose message completes "VARIABLE …". */
export function parseUnsafe(text: string): readonly Unsafe[] {
  return text.split(',').map((item) => {
    const name = unsafeNames.find((known) => known === item.trim())
    if (name === undefined) throw new Error(`must be names of ${unsafeNames.join(', ')}`)
    return name
  })
}

/**
 * Checks every server that takes writes.
 *
 * @throws ERR_DPP_CONFIG_INVALID, naming each setting and the value that accepts it
 */
export async function checkDurability(
  client: RedisClient,
  accepted: readonly Unsafe[],
): Promise<void> {
  const nodes = client instanceof Redis ? [client] : client.nodes('master')
  assertAccepted((await Promise.all(nodes.map(findFaults))).flat(), accepted)
}

/** @throws ERR_DPP_CONFIG_INVALID, naming each fault that is not accepted */
export function assertAccepted(faults: readonly Unsafe[], accepted: readonly Unsafe[]): void {
  const refused = [...new Set(faults)].filter((fault) => !accepted.includes(fault))
  if (refused.length === 0) return
  const sentences = refused.map((fault) => `${reasons[fault]} (${fault})`)
  throw new DppError<ServerErrorCode>(
    'ERR_DPP_CONFIG_INVALID',
    `Redis may lose what it acknowledges: ${sentences.join('; ')}. Change it, or accept it by name in DPP_REDIS_UNSAFE`,
  )
}

const reasons: { readonly [Name in Unsafe]: string } = {
  appendonly: 'appendonly is not yes',
  fsync: 'appendfsync is not always: a power cut loses the last second',
  eviction: 'maxmemory-policy is not noeviction',
  unchecked:
    'its settings cannot be read or its file not written anew (INFO, CONFIG GET, BGREWRITEAOF)',
}

async function findFaults(node: Redis): Promise<readonly Unsafe[]> {
  const faults: Unsafe[] = []
  const info = parseInfo(`${await tell(node, 'persistence')}\n${await tell(node, 'memory')}`)
  if (info.get('aof_enabled') === '0') faults.push('appendonly')
  if ((info.get('maxmemory_policy') ?? 'noeviction') !== 'noeviction') faults.push('eviction')
  const [, fsync] = await node.config('GET', 'appendfsync').catch(refusedAs([] as string[]))
  if (fsync !== undefined && fsync !== 'always') faults.push('fsync')
  const isKnown = info.has('aof_enabled') && info.has('maxmemory_policy') && fsync !== undefined
  return isKnown ? faults : [...faults, 'unchecked']
}

function tell(node: Redis, section: string): Promise<string> {
  return node.info(section).catch(refusedAs(''))
}

// Managed services forget these commands, and an ACL may forbid them. Any other failure is an outage.
function refusedAs<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    const isRefused = error instanceof Error && /^(NOPERM|ERR unknown)/.test(error.message)
    if (isRefused) return value
    throw error
  }
}

/** The fields that INFO answers with. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [name = '', ...value] = line.split(':')
      return value.length === 0 ? [] : [[name, value.join(':')] as const]
    }),
  )
}
