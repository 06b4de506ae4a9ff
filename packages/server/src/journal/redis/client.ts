// The connection to Redis: one server, a master that sentinels name, or a cluster.
import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { QueuePlace } from './queue-place.ts'

export type RedisClient = Redis | Cluster

/** How long a request waits for Redis before it is answered with 503. */
export const COMMAND_TIMEOUT_MS = 5_000

/** Connects in the background, and again whenever the connection is lost. The caller disconnects. */
export function connectRedis(place: QueuePlace): RedisClient {
  const { kind, hosts, username, password, master, sentinelUsername, sentinelPassword } = place
  const tls = place.isTls ? { tls: readTls(place) } : {}
  const options = {
    protocol: 2,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...tls,
    connectTimeout: COMMAND_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableAutoPipelining: true, // Look-ups for one request share a write to the socket.
    // A command whose answer was lost is not sent again behind our back: the caller looks what became of it.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 3,
    // After a failover the old master refuses writes: find the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions
  const retryStrategy = (attempt: number): number => Math.min(1_000, 50 * attempt)
  const client = connect()
  client.on('error', () => {}) // Every command reports its own failure.
  return client

  function connect(): RedisClient {
    if (kind === 'cluster') {
      return new Cluster([...hosts], {
        redisOptions: options,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: COMMAND_TIMEOUT_MS,
        // Certificates are for names, not for the addresses behind them.
        ...(place.isTls ? { dnsLookup: (address, callback) => callback(null, address) } : {}),
      })
    }
    if (kind === 'single') return new Redis({ ...options, retryStrategy, ...hosts[0] })
    return new Redis({
      ...options,
      retryStrategy,
      sentinels: [...hosts],
      name: master ?? '',
      sentinelRetryStrategy: retryStrategy,
      ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
      ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
      ...(tls.tls === undefined ? {} : { sentinelTLS: tls.tls, enableTLSForSentinelMode: true }),
    })
  }
}

function readTls({ ca, cert, key }: QueuePlace): ConnectionOptions {
  return {
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
  }
}
