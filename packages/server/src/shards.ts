// Several services that share a domain and a store, each with a queue, a lease and a relayer of its own, and with the products
// whose SCIDs begin with its prefixes.
import { DppError } from '@dpp/core'
import type { ServerErrorCode } from './errors.ts'

/** Which shard has the SCIDs that begin with each prefix; the longest prefix that fits wins. */
export type ShardMap = { readonly [prefix: string]: string }

const PAIR = /^(Qm[1-9A-HJ-NP-Za-km-z]{0,6})=([a-z][a-z0-9-]{0,31})$/

/** `prefix=shard` pairs, comma-separated. Throws an Error whose message completes "VARIABLE …". */
export function parseShards(value: string): ShardMap {
  const map = new Map<string, string>()
  for (const item of value.split(',')) {
    const [, prefix, shard] = PAIR.exec(item.trim()) ?? []
    if (prefix === undefined || shard === undefined || map.has(prefix)) {
      throw new Error(
        'must be prefix=shard pairs, comma-separated: each prefix once, beginning with Qm',
      )
    }
    map.set(prefix, shard)
  }
  return Object.fromEntries(map)
}

/** The shard that has a product; undefined: none has. */
export function shardOf(map: ShardMap, scid: string): string | undefined {
  const fitting = Object.keys(map).filter((prefix) => scid.startsWith(prefix))
  const [longest = ''] = fitting.toSorted((a, b) => b.length - a.length)
  return map[longest]
}

export type ShardCheck = (scid: string) => void

/** Makes the check that a product is this shard's. Without a shard every product is. It throws ERR_DPP_SHARD_OTHER. */
export function createShardCheck(map: ShardMap, own: string | undefined): ShardCheck {
  return (scid) => {
    if (own === undefined) return
    const shard = shardOf(map, scid)
    if (shard === own) return
    const name = shard === undefined ? 'no shard' : `the shard "${shard}"`
    throw new DppError<ServerErrorCode>(
      'ERR_DPP_SHARD_OTHER',
      `this is the shard "${own}"; ${scid} belongs to ${name} (see GET /service)`,
    )
  }
}
