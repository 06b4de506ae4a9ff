// What `GET /service` tells beside the service's own DID: everything a client needs to know to use this service.
import type { Config } from './config.ts'
import { MAX_BODY_BYTES } from './http/hardening.ts'
import { EVENT_LIMITS, MAX_PRODUCTS, MAX_PRODUCTS_PER_REQUEST } from './ingest/parse-posted.ts'
import type { ShardMap } from './shards.ts'

export type ServiceDescription = {
  /** Public host of the product DIDs. */
  readonly domain: string
  readonly anchoring: {
    readonly chain: string
    readonly registry: string | null
    readonly anchorer: string
    readonly finality: string
  }
  readonly intervalSeconds: number
  readonly limits: {
    readonly bodyBytes: number
    readonly eventsPerRequest: number
    /** Of all events together; a product counts for each event that names it. */
    readonly productsPerRequest: number
    readonly keysPerRequest: number
    /** Lines of one stream. */
    readonly eventsPerStream: number
    readonly eventBytes: number
    readonly eventMembers: number
    readonly productsPerEvent: number
    /** POST requests of an address, and verified events of an issuer. 0: no limit. */
    readonly requestsPerSecond: number
    readonly eventsPerSecond: number
  }
  readonly issuers: {
    readonly allowDidKey: boolean
    readonly maxEventAgeSeconds: number
    /** 0: no quota. */
    readonly eventsPerDay: number
  }
  /** Names that `?audience=` may have. */
  readonly audiences: readonly string[]
  /** Absent where the service has every product of its domain. */
  readonly shard?: { readonly name: string; readonly prefixes: ShardMap }
}

export const MAX_EVENTS_PER_REQUEST = 1000
export const MAX_KEYS_PER_REQUEST = 1000
export const MAX_EVENTS_PER_STREAM = 100_000

export function describeService(
  config: Config,
  parts: { domain: string; anchorer: string },
): ServiceDescription {
  const { finality } = config
  return {
    domain: parts.domain,
    anchoring: {
      chain: `eip155:${config.chainId}`,
      registry: config.registry ?? null,
      anchorer: parts.anchorer,
      finality: typeof finality === 'string' ? finality : `${finality.depth} blocks`,
    },
    intervalSeconds: config.intervalSeconds,
    limits: {
      bodyBytes: MAX_BODY_BYTES,
      eventsPerRequest: MAX_EVENTS_PER_REQUEST,
      productsPerRequest: MAX_PRODUCTS_PER_REQUEST,
      keysPerRequest: MAX_KEYS_PER_REQUEST,
      eventsPerStream: MAX_EVENTS_PER_STREAM,
      eventBytes: EVENT_LIMITS.maxBytes,
      eventMembers: EVENT_LIMITS.maxMembers,
      productsPerEvent: MAX_PRODUCTS,
      requestsPerSecond: config.addressRatePerSecond,
      eventsPerSecond: config.issuerRatePerSecond,
    },
    issuers: {
      allowDidKey: config.allowDidKey,
      maxEventAgeSeconds: config.maxEventAgeSeconds,
      eventsPerDay: config.issuerQuotaPerDay,
    },
    audiences: Object.keys(config.audiences),
    ...(config.shard === undefined
      ? {}
      : { shard: { name: config.shard, prefixes: config.shards } }),
  }
}
