// The service's configuration: one table of environment variables, read once, all faults listed together.
import { DppError } from '@dpp/core'
import type { Origins } from '@dpp/webvh'
import * as read from './config-values.ts'
import type { ServerErrorCode } from './errors.ts'
import { parseUnsafe, type Unsafe } from './journal/redis/check-durability.ts'
import { parseQueuePlace, type QueuePlace } from './journal/redis/queue-place.ts'
import { type KeyPlace, parseKeyPlace, parseMessageKeyPlace } from './keys/key-place.ts'
import {
  parseWrappedSecret,
  parseWrappedSecrets,
  type WrappedMasterSecret,
} from './keys/wrapped-secret.ts'
import { parseShards, type ShardMap } from './shards.ts'
import { parseStorePlace, type StorePlace } from './store/store-place.ts'

/** Everything an operator can set. Made by `parseConfig`; the README says what each value does. */
export type Config = {
  readonly dataDir: string
  /** Where the published files lie. Absent: `files/` in the data folder. */
  readonly store: StorePlace | undefined
  /** Redis, for many replicas. Absent: SQLite in the data folder. */
  readonly queue: QueuePlace | undefined
  /** Faults of the Redis server's durability that are accepted. */
  readonly redisUnsafe: readonly Unsafe[]
  readonly host: string
  readonly port: number
  /** Public host of the product DIDs, `host` or `host:port`. Absent: `dpp.localhost` and the port. */
  readonly domain: string | undefined
  readonly rpcUrls: readonly string[]
  readonly chainId: number
  readonly registry: `0x${string}` | undefined
  readonly finality: 'finalized' | 'safe' | { readonly depth: number }
  readonly intervalSeconds: number
  /** A batch starts as soon as this many deliveries wait. */
  readonly batchSize: number
  /** A batch starts as soon as an event has waited this long. 0: never for this reason. */
  readonly batchAgeSeconds: number
  /** New events are refused while more deliveries than this wait. */
  readonly maxBacklog: number
  /** Requests that write, for each address. 0: no limit. */
  readonly addressRatePerSecond: number
  /** Verified events, for each issuer. 0: no limit. */
  readonly issuerRatePerSecond: number
  /** New events of each issuer in a day. 0: no limit. */
  readonly issuerQuotaPerDay: number
  /** The service is not ready while a batch has waited longer than this for its anchor. */
  readonly maxAnchorAgeSeconds: number
  readonly pollMs: number
  /** How often journal, store and chain are asked whether they answer. */
  readonly watchSeconds: number
  readonly proofDelaySeconds: number | undefined
  /** Which shard has which products, by the beginning of their SCIDs. */
  readonly shards: ShardMap
  /** Which of them this is. Absent: the service has every product. */
  readonly shard: string | undefined
  /** Requests to the store, and files that a batch publishes, at a time. */
  readonly publishParallel: number
  /** A webhook that is told which published files have changed; see `store/invalidation.ts`. */
  readonly invalidationUrl: string | undefined
  /** Bearer token for it. */
  readonly invalidationToken: string | undefined
  /** Most paths in one call of it. */
  readonly invalidationGroup: number
  /** How long the service goes on after it was told to end, not ready any more, so that a load balancer notices. */
  readonly drainSeconds: number | undefined
  readonly origins: Origins
  readonly issuersFile: string | undefined
  readonly allowDidKey: boolean
  readonly maxEventAgeSeconds: number
  readonly adminTokensSha256: readonly string[]
  /** Audiences of restricted events: SHA-256 of their readers' tokens, by name. */
  readonly audiences: read.Audiences
  readonly trustProxy: boolean
  /** Where people look at a product; `{did}` stands for its DID. */
  readonly pageUrl: string | undefined
  readonly logLevel: read.LogLevel
  /** OTLP/HTTP base URL, and one for traces alone. Absent: no traces. */
  readonly otlpEndpoint: string | undefined
  readonly otlpTracesEndpoint: string | undefined
  readonly otlpHeaders: read.Headers
  readonly otelServiceName: string
  readonly otelDisabled: boolean
  /** Share of the traces that is kept. */
  readonly traceRatio: number
  readonly crashAt: string | undefined
  /** Master secret of the update keys. Absent: a development key in the data folder. */
  readonly witnessPrivateKey: Uint8Array | undefined
  /** Master secrets before it, of which some logs may still be. */
  readonly witnessPreviousKeys: readonly Uint8Array[]
  /** Key of the Ethereum account that pays. Absent: a development key in the data folder. */
  readonly relayerPrivateKey: Uint8Array | undefined
  /** Where the relayer's key lies, in its place. */
  readonly relayerKey: KeyPlace | undefined
  /** Where the key lies that signs receipts. Absent: it follows from the master secret. */
  readonly receiptKey: KeyPlace | undefined
  /** Where the key lies that unwraps the master secrets. */
  readonly wrappingKey: KeyPlace | undefined
  /** The master secret, and those before it, in their places: as `dpp-server keys wrap` prints them. */
  readonly witnessKeyWrapped: WrappedMasterSecret | undefined
  readonly witnessPreviousKeysWrapped: readonly WrappedMasterSecret[]
  readonly pkcs11Pin: string | undefined
  /** Access to a store in Azure, by the names that its own tools use: account and key, or a SAS. */
  readonly azureAccount: string | undefined
  readonly azureAccountKey: string | undefined
  readonly azureSasToken: string | undefined
}

type Variable<Value> = {
  readonly name: string
  readonly parse: (text: string) => Value
  readonly fallback: Value
  /** A secret is never shown; of a URL only the origin, because the rest may hold an access key. */
  readonly shown?: 'never' | 'origins'
}

const variables: { readonly [Key in keyof Config]: Variable<Config[Key]> } = {
  dataDir: { name: 'DPP_DATA_DIR', parse: read.text, fallback: '.dpp/server' },
  store: { name: 'DPP_STORE', parse: parseStorePlace, fallback: undefined },
  queue: { name: 'DPP_QUEUE', parse: parseQueuePlace, fallback: undefined, shown: 'never' },
  redisUnsafe: { name: 'DPP_REDIS_UNSAFE', parse: parseUnsafe, fallback: [] },
  host: { name: 'DPP_HOST', parse: read.text, fallback: '127.0.0.1' },
  port: { name: 'DPP_PORT', parse: read.integer(0, 65_535), fallback: 8080 },
  domain: { name: 'DPP_DOMAIN', parse: read.domain, fallback: undefined },
  rpcUrls: {
    name: 'DPP_RPC_URLS',
    parse: read.urls,
    fallback: ['http://127.0.0.1:8545'],
    shown: 'origins',
  },
  chainId: { name: 'DPP_CHAIN_ID', parse: read.integer(1, 2 ** 53 - 1), fallback: 31_337 },
  registry: { name: 'DPP_REGISTRY', parse: read.address, fallback: undefined },
  finality: { name: 'DPP_FINALITY', parse: read.finality, fallback: 'finalized' },
  intervalSeconds: {
    name: 'DPP_INTERVAL_SECONDS',
    parse: read.integer(0, 2_000_000),
    fallback: 3600,
  },
  batchSize: { name: 'DPP_BATCH_SIZE', parse: read.integer(1, 250_000), fallback: 100_000 },
  batchAgeSeconds: {
    name: 'DPP_BATCH_AGE_SECONDS',
    parse: read.integer(0, 2_000_000),
    fallback: 0,
  },
  maxBacklog: {
    name: 'DPP_MAX_BACKLOG',
    parse: read.integer(1, 100_000_000),
    fallback: 1_000_000,
  },
  addressRatePerSecond: {
    name: 'DPP_ADDRESS_RATE_PER_SECOND',
    parse: read.integer(0, 1_000_000),
    fallback: 0,
  },
  issuerRatePerSecond: {
    name: 'DPP_ISSUER_RATE_PER_SECOND',
    parse: read.integer(0, 1_000_000),
    fallback: 0,
  },
  issuerQuotaPerDay: {
    name: 'DPP_ISSUER_QUOTA_PER_DAY',
    parse: read.integer(0, 1_000_000_000),
    fallback: 0,
  },
  maxAnchorAgeSeconds: {
    name: 'DPP_MAX_ANCHOR_AGE_SECONDS',
    parse: read.integer(1, 2_000_000),
    fallback: 10_800,
  },
  pollMs: { name: 'DPP_POLL_MS', parse: read.integer(10, 600_000), fallback: 2000 },
  watchSeconds: { name: 'DPP_WATCH_SECONDS', parse: read.integer(1, 3600), fallback: 30 },
  drainSeconds: { name: 'DPP_DRAIN_SECONDS', parse: read.integer(0, 600), fallback: undefined },
  proofDelaySeconds: {
    name: 'DPP_PROOF_DELAY_SECONDS',
    parse: read.integer(0, 86_400),
    fallback: undefined,
  },
  shards: { name: 'DPP_SHARDS', parse: parseShards, fallback: {} },
  shard: { name: 'DPP_SHARD', parse: read.text, fallback: undefined },
  publishParallel: { name: 'DPP_PUBLISH_PARALLEL', parse: read.integer(1, 1024), fallback: 32 },
  invalidationUrl: {
    name: 'DPP_INVALIDATION_URL',
    parse: read.url,
    fallback: undefined,
    shown: 'origins',
  },
  invalidationToken: {
    name: 'DPP_INVALIDATION_TOKEN',
    parse: read.text,
    fallback: undefined,
    shown: 'never',
  },
  invalidationGroup: {
    name: 'DPP_INVALIDATION_GROUP',
    parse: read.integer(1, 10_000),
    fallback: 1000,
  },
  origins: { name: 'DPP_ORIGINS', parse: read.origins, fallback: {}, shown: 'origins' },
  issuersFile: { name: 'DPP_ISSUERS_FILE', parse: read.text, fallback: undefined },
  allowDidKey: { name: 'DPP_ALLOW_DID_KEY', parse: read.flag, fallback: false },
  maxEventAgeSeconds: {
    name: 'DPP_MAX_EVENT_AGE_SECONDS',
    parse: read.integer(0, 2 ** 40),
    fallback: 0,
  },
  adminTokensSha256: { name: 'DPP_ADMIN_TOKENS_SHA256', parse: read.hashes, fallback: [] },
  audiences: { name: 'DPP_AUDIENCES', parse: read.audiences, fallback: {} },
  trustProxy: { name: 'DPP_TRUST_PROXY', parse: read.flag, fallback: false },
  pageUrl: { name: 'DPP_PAGE_URL', parse: read.pageUrl, fallback: undefined },
  logLevel: { name: 'DPP_LOG_LEVEL', parse: read.logLevel, fallback: 'info' },
  otlpEndpoint: {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    parse: read.url,
    fallback: undefined,
    shown: 'origins',
  },
  otlpTracesEndpoint: {
    name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    parse: read.url,
    fallback: undefined,
    shown: 'origins',
  },
  otlpHeaders: {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    parse: read.headers,
    fallback: {},
    shown: 'never',
  },
  otelServiceName: { name: 'OTEL_SERVICE_NAME', parse: read.text, fallback: 'dpp-server' },
  otelDisabled: { name: 'OTEL_SDK_DISABLED', parse: read.flag, fallback: false },
  traceRatio: { name: 'OTEL_TRACES_SAMPLER_ARG', parse: read.ratio, fallback: 1 },
  crashAt: { name: 'DPP_CRASH_AT', parse: read.crashSpec, fallback: undefined },
  witnessPrivateKey: {
    name: 'WITNESS_PRIVATE_KEY',
    parse: read.key,
    fallback: undefined,
    shown: 'never',
  },
  witnessPreviousKeys: {
    name: 'WITNESS_PREVIOUS_KEYS',
    parse: read.keys,
    fallback: [],
    shown: 'never',
  },
  relayerPrivateKey: {
    name: 'RELAYER_PRIVATE_KEY',
    parse: read.key,
    fallback: undefined,
    shown: 'never',
  },
  relayerKey: { name: 'DPP_RELAYER_KEY', parse: parseKeyPlace, fallback: undefined },
  receiptKey: { name: 'DPP_RECEIPT_KEY', parse: parseMessageKeyPlace, fallback: undefined },
  wrappingKey: { name: 'DPP_WRAPPING_KEY', parse: parseKeyPlace, fallback: undefined },
  witnessKeyWrapped: {
    name: 'DPP_WITNESS_KEY_WRAPPED',
    parse: parseWrappedSecret,
    fallback: undefined,
    shown: 'never',
  },
  witnessPreviousKeysWrapped: {
    name: 'DPP_WITNESS_PREVIOUS_KEYS_WRAPPED',
    parse: parseWrappedSecrets,
    fallback: [],
    shown: 'never',
  },
  pkcs11Pin: { name: 'DPP_PKCS11_PIN', parse: read.text, fallback: undefined, shown: 'never' },
  azureAccount: { name: 'AZURE_STORAGE_ACCOUNT', parse: read.text, fallback: undefined },
  azureAccountKey: {
    name: 'AZURE_STORAGE_KEY',
    parse: read.text,
    fallback: undefined,
    shown: 'never',
  },
  azureSasToken: {
    name: 'AZURE_STORAGE_SAS_TOKEN',
    parse: read.text,
    fallback: undefined,
    shown: 'never',
  },
}

/**
 * Reads the configuration out of environment variables.
 *
 * Refuses values out of range and any `DPP_` name it does not know (a typing error would otherwise silently leave a
 * default in force), and names every fault in one message. No value is repeated in it: it could be a secret.
 *
 * @throws ERR_DPP_CONFIG_INVALID
 */
export function parseConfig(environment: { readonly [name: string]: string | undefined }): Config {
  const faults: string[] = []
  const config = mapVariables((variable: Variable<unknown>) => {
    const text = environment[variable.name]
    if (text === undefined || text === '') return variable.fallback
    try {
      return variable.parse(text)
    } catch (error) {
      faults.push(`${variable.name} ${error instanceof Error ? error.message : 'is invalid'}`)
      return variable.fallback
    }
  })
  const known = new Set(Object.values(variables).map((variable) => variable.name))
  for (const name of Object.keys(environment)) {
    if (name.startsWith('DPP_') && !known.has(name)) faults.push(`${name} is not a known name`)
  }
  if (config.adminTokensSha256.length === 0 && !isLoopback(config.host)) {
    faults.push('DPP_ADMIN_TOKENS_SHA256 must be set where DPP_HOST is not a loopback address')
  }
  if (config.shard !== undefined || Object.keys(config.shards).length > 0) {
    const isNamed = Object.values(config.shards).some((shard) => shard === config.shard)
    if (!isNamed) faults.push('DPP_SHARD must be one of the shards that DPP_SHARDS names')
  }
  faults.push(...keyFaults(config))
  if (faults.length > 0) {
    throw new DppError<ServerErrorCode>('ERR_DPP_CONFIG_INVALID', faults.join('; '))
  }
  return config
}

// One key, one place: with two of them nobody could say which one is in force.
function keyFaults(config: Config): readonly string[] {
  const { relayerKey, relayerPrivateKey, witnessKeyWrapped, witnessPrivateKey } = config
  const { wrappingKey, witnessPreviousKeysWrapped } = config
  const isWrapped = witnessKeyWrapped !== undefined || witnessPreviousKeysWrapped.length > 0
  return [
    ...(relayerKey && relayerPrivateKey
      ? ['DPP_RELAYER_KEY and RELAYER_PRIVATE_KEY are set: take one of them away']
      : []),
    ...(witnessKeyWrapped && witnessPrivateKey
      ? ['DPP_WITNESS_KEY_WRAPPED and WITNESS_PRIVATE_KEY are set: take one of them away']
      : []),
    ...(isWrapped && wrappingKey === undefined
      ? ['DPP_WRAPPING_KEY must name the key that wrapped DPP_WITNESS_KEY_WRAPPED']
      : []),
  ]
}

/** The effective values as JSON text, one per variable, secrets only as set or not set. */
export function formatConfig(config: Config): string {
  const effective = { ...config, domain: publicDomain(config) }
  const shown = Object.entries(variables).map(([key, variable]) => {
    const value = effective[key as keyof Config]
    if (value === undefined) return [variable.name, null]
    if (variable.shown === 'never') {
      return [variable.name, value === variable.fallback ? null : '(set, not shown)']
    }
    if (variable.shown !== 'origins') return [variable.name, value]
    return [variable.name, originsOf(value as string | readonly string[] | Origins)]
  })
  return JSON.stringify(Object.fromEntries(shown), null, 2)
}

/** The public host of the DIDs. A did:webvh wants a name of two labels, and `*.localhost` is this machine (RFC 6761 §6.3). */
export function publicDomain({ domain, port }: Pick<Config, 'domain' | 'port'>): string {
  return domain ?? (port === 0 ? 'dpp.localhost' : `dpp.localhost:${port}`)
}

/** Whether only this machine can reach a service that listens on `host`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function originsOf(value: string | readonly string[] | Origins): unknown {
  if (typeof value === 'string') return originOf(value)
  if (Array.isArray(value)) return value.map(originOf)
  return Object.fromEntries(Object.entries(value).map(([host, url]) => [host, originOf(url)]))
}

function originOf(url: string): string {
  return new URL(url).origin
}

function mapVariables(valueFor: (variable: Variable<unknown>) => unknown): Config {
  const values = Object.entries(variables).map(([key, variable]) => [key, valueFor(variable)])
  return Object.fromEntries(values) as Config
}
