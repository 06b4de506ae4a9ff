// Token buckets: how many requests of an address, and how many events of an issuer, are taken each second. The map of
// buckets is bounded; the least recently used one goes first, full, which favours nobody for long.

/** Takes `cost` tokens of `key`; false when none is left. */
export type RateLimit = (key: string, cost: number) => boolean

type Bucket = { readonly tokens: number; readonly atMs: number }

const MAX_BUCKETS = 50_000
const BURST_SECONDS = 10

/** `perSecond` tokens flow into each bucket, which holds ten seconds' worth. 0: no limit. */
export function createRateLimit(perSecond: number, now: () => Date): RateLimit {
  const buckets = new Map<string, Bucket>()
  const capacity = perSecond * BURST_SECONDS
  return (key, cost) => {
    if (perSecond === 0) return true
    const atMs = now().getTime()
    const before = buckets.get(key) ?? { tokens: capacity, atMs }
    const flowed = (Math.max(0, atMs - before.atMs) / 1000) * perSecond
    const tokens = Math.min(capacity, before.tokens + flowed)
    const isTaken = tokens > 0 // A request may overdraw: else a list that costs more than a bucket never passed.
    buckets.delete(key)
    buckets.set(key, { tokens: isTaken ? tokens - cost : tokens, atMs })
    const [oldest] = buckets.keys()
    if (buckets.size > MAX_BUCKETS && oldest !== undefined) buckets.delete(oldest)
    return isTaken
  }
}
