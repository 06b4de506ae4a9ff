// Puts the service together from its configuration: journal, store, keys, chain, batch runner, HTTP app. Nothing here
// listens or reads the environment.
import { mkdir, readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import type { Store } from '@dpp/anchor'
import {
  type AnchorJournal,
  type AnchorWriter,
  createAnchorWriter,
  createRegistryReader,
  type TransactionSigner,
} from '@dpp/anchor/ethereum'
import { isDppError } from '@dpp/core'
import { createGuardedFetch } from '@dpp/webvh/node'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { createApp } from './app.ts'
import type { BatchContext } from './batch/context.ts'
import { type BatchRunner, createBatchRunner } from './batch/runner.ts'
import { anchorsOn } from './chain/anchors-on.ts'
import { type ClockWatch, createChainLook, createClockWatch } from './chain/clock-watch.ts'
import { type Config, isLoopback, publicDomain } from './config.ts'
import type { CrashPoint } from './crash-point.ts'
import { createUpdateKeys } from './custody/update-keys.ts'
import { watchIdleConnections } from './http/idle-connections.ts'
import { createRateLimit } from './http/rate-limit.ts'
import { createBackPressure } from './ingest/back-pressure.ts'
import { createEventVerifier } from './ingest/event-verifier.ts'
import { createIssuerQuota } from './ingest/issuer-quota.ts'
import { createRendezvous } from './ingest/rendezvous.ts'
import { createVerifyPool } from './ingest/verify-pool.ts'
import { createIssuerLogs } from './issuers/issuer-logs.ts'
import { type IssuerRule, parseIssuerRules } from './issuers/issuer-policy.ts'
import { openJournal } from './journal/open-journal.ts'
import type { Journal } from './journal/port.ts'
import { openServiceKeys } from './keys/service-keys.ts'
import type { Logger } from './logger.ts'
import { createDependencyWatch, type DependencyWatch } from './observability/dependency-watch.ts'
import { createMetrics } from './observability/metrics.ts'
import { openTracing } from './observability/otlp-tracing.ts'
import { createRedaction, type Redaction } from './observability/redaction.ts'
import { describeService } from './service-description.ts'
import { createIdentityOwner } from './service-identity/identity-keys.ts'
import { createServiceIdentity, type ServiceIdentity } from './service-identity/service-identity.ts'
import { createShardCheck } from './shards.ts'
import { CHECK_KEY } from './storage-keys.ts'
import { openCheckedStore } from './store/check-store.ts'
import { createInvalidation, type Invalidation, tellChanges } from './store/invalidation.ts'

export type Server = {
  readonly app: FastifyInstance
  readonly batches: BatchRunner
  readonly journal: Journal
  readonly store: Store
  /** Absent where no registry is configured. */
  readonly anchorWriter: AnchorWriter | undefined
  /** Compares the clock with the chain's; absent where there is no chain. */
  readonly clock: ClockWatch | undefined
  /** Whether journal, store and chain answer. */
  readonly dependencies: DependencyWatch
  /** Is not ready any more for `drainMs`, lets requests and batch steps under way end, then closes everything; safe to call twice. */
  close(): Promise<void>
}

export type ServerParts = {
  readonly log: FastifyBaseLogger
  /** That of the log: it learns the keys that are not in the configuration. */
  readonly redaction?: Redaction
  readonly now: () => Date
  readonly crashPoint: CrashPoint
  /** Acknowledged data is gone: the process must not go on. */
  readonly onJournalLost?: (error: Error) => void
}

const MAX_DELIVERIES = 250_000
const CLOSE_SWEEP_MS = 100
const CLOSE_SLOW_MS = 5_000
const STORE_PATIENCE_MS = 5_000

/**
 * Makes the service; the caller listens on `app` and starts `batches`.
 *
 * @throws ERR_DPP_CONFIG_INVALID; ERR_DPP_SERVICE_DID_FOREIGN; what keys and journal throw when they cannot be opened
 */
export async function createServer(config: Config, parts: ServerParts): Promise<Server> {
  const { log, now, crashPoint } = parts
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const redaction = parts.redaction ?? createRedaction(config)
  const keys = await openServiceKeys(config, log)
  for (const secret of keys.secrets) redaction.add(secret)
  const { relayer } = keys
  const updateKeys = createUpdateKeys(keys.masterSecret, keys.previousSecrets)
  const domain = publicDomain(config)
  const issuerRules = await readIssuerRules(config)
  const invalidation = openInvalidation(config, log)
  const checked = await openCheckedStore(config, log)
  const store = invalidation === undefined ? checked : tellChanges(checked, invalidation)
  const owner = createIdentityOwner(domain, keys)
  const identity = createServiceIdentity({ ...owner, store, now }, log)
  await establish(identity, log)
  const opened = await openJournal(config, crashPoint, parts.onJournalLost ?? (() => {}))
  const journal = { ...opened, anchors: anchorsOfConfig(config, opened.anchors) }
  const chain = connectChain(config, relayer, journal.anchors, log)
  const issuerLogs = createIssuerLogs({
    book: journal.issuers,
    fetch: createGuardedFetch({ allowOrigins: Object.values(config.origins).map(originOf) }),
    origins: config.origins,
    now,
  })
  const clock = watchClock(config, log, now)
  const verifyPool = createVerifyPool()
  const metrics = createMetrics()
  const tracing = await openTracing(config, { service: domain, log, now })
  const dependencies = createDependencyWatch({
    probes: { journal: () => journal.probe(), store: () => store.read(CHECK_KEY) },
    anchorWriter: chain.anchorWriter,
    log,
    everyMs: 1000 * config.watchSeconds,
  })
  const batches = createBatchRunner({
    context: {
      journal,
      store,
      updateKeys,
      issuerLogs,
      ...chain,
      maxDeliveries: MAX_DELIVERIES,
      publishParallel: config.publishParallel,
      proofDelayMs: 1000 * (config.proofDelaySeconds ?? (isLoopback(config.host) ? 0 : 60)),
      now,
      sleep: (ms) => setTimeout(ms),
      crashPoint,
      metrics,
      tracing,
      redact: redaction.apply,
      log,
    },
    intervalMs: 1000 * config.intervalSeconds,
    batchSize: config.batchSize,
    batchAgeMs: 1000 * config.batchAgeSeconds,
    pollMs: config.pollMs,
  })
  const app = createApp(
    {
      journal,
      store,
      updateKeys,
      batches,
      ingest: {
        journal,
        issuerLogs,
        issuerRules,
        allowDidKey: config.allowDidKey,
        maxEventAgeMs: 1000 * config.maxEventAgeSeconds,
        anchorWithinMs: anchorWithinMs(config),
        rendezvous: createRendezvous(),
        receiptSigner: async () => (await identity.current()).signer,
        verifyEvent: createEventVerifier(verifyPool),
        issuerLimit: createRateLimit(config.issuerRatePerSecond, now),
        assertOurs: createShardCheck(config.shards, config.shard),
        issuerQuota: createIssuerQuota(journal.events, config.issuerQuotaPerDay, now),
        assertCapacity: createBackPressure(journal.events, config.maxBacklog, now),
        now,
        crashPoint,
      },
      service: describeService(config, { domain, anchorer: relayer.address.toLowerCase() }),
      identity,
      adminTokensSha256: config.adminTokensSha256,
      addressLimit: createRateLimit(config.addressRatePerSecond, now),
      metrics,
      tracing,
      readings: {
        journal,
        dependencies,
        metrics,
        clockOffsetSeconds: () => clock?.offsetSeconds() ?? 0,
        maxBacklog: config.maxBacklog,
        maxAnchorAgeSeconds: config.maxAnchorAgeSeconds,
        intervalSeconds: config.intervalSeconds,
        now,
      },
      pageUrl: config.pageUrl,
      audiences: config.audiences,
      isDraining: () => closing !== undefined,
      now,
    },
    { loggerInstance: log, trustProxy: config.trustProxy },
  )
  const closeIdle = watchIdleConnections(app.server)
  let closing: Promise<void> | undefined
  async function closeAll(): Promise<void> {
    await setTimeout(drainMs(config))
    // A kept-alive connection that ends its last request after the close began would hold it up until it times out.
    const sweep = setInterval(closeIdle, CLOSE_SWEEP_MS)
    // Nor may a client that is slow take the time that batch steps need to end.
    const cut = setInterval(() => app.server.closeAllConnections(), CLOSE_SLOW_MS)
    await app.close().finally(() => {
      clearInterval(sweep)
      clearInterval(cut)
    })
    clock?.stop()
    dependencies.stop()
    await batches.stop()
    await invalidation?.close()
    await tracing.close()
    await verifyPool.close()
    await journal.close()
    await keys.close()
  }
  function close(): Promise<void> {
    closing ??= closeAll()
    return closing
  }
  const { anchorWriter } = chain
  return { app, batches, journal, store, anchorWriter, clock, dependencies, close }
}

function openInvalidation(config: Config, log: Logger): Invalidation | undefined {
  const { invalidationUrl: url, invalidationToken: token, invalidationGroup: groupSize } = config
  return url === undefined ? undefined : createInvalidation({ url, token, groupSize, log })
}

/** How long `close` waits for load balancers to notice: 5 s, or none on a loopback address. */
export function drainMs({ drainSeconds, host }: Config): number {
  return 1000 * (drainSeconds ?? (isLoopback(host) ? 0 : 5))
}

function watchClock(config: Config, log: Logger, now: () => Date): ClockWatch | undefined {
  const [rpcUrl] = config.rpcUrls
  if (config.registry === undefined || rpcUrl === undefined) return undefined
  const everyMs = 1000 * config.watchSeconds
  return createClockWatch({ look: createChainLook(rpcUrl, now), log, everyMs })
}

function anchorsOfConfig({ chainId, registry }: Config, anchors: AnchorJournal): AnchorJournal {
  if (registry === undefined) return anchors
  return anchorsOn(anchors, { chain: `eip155:${chainId}`, registry })
}

type Chain = Pick<BatchContext, 'anchorWriter' | 'registryReader'>

function connectChain(
  config: Config,
  account: TransactionSigner,
  journal: AnchorJournal,
  log: Logger,
): Chain {
  const { rpcUrls, chainId, registry, finality } = config
  const [rpcUrl] = rpcUrls
  if (registry === undefined || rpcUrl === undefined) {
    log.warn(
      { event: 'chain.not_configured' },
      'DPP_REGISTRY is not set: batches are sealed and wait, nothing is anchored',
    )
    return { anchorWriter: undefined, registryReader: undefined }
  }
  const chain = { chainId, registry, finality }
  return {
    anchorWriter: createAnchorWriter({ ...chain, rpcUrl, account, journal }),
    registryReader: createRegistryReader({ ...chain, rpcUrls }),
  }
}

// The service starts within seconds, also while its store is down: no event is accepted then, since nobody could check
// its receipt.
async function establish(identity: ServiceIdentity, log: Logger): Promise<void> {
  const opening = identity.current()
  opening.catch(() => {}) // It may end after our patience does; `current` tries again.
  try {
    const patience = setTimeout(STORE_PATIENCE_MS, undefined, { ref: false })
    if ((await Promise.race([opening, patience])) !== undefined) return
  } catch (error) {
    if (!isDppError(error) || error.code !== 'ERR_DPP_STORE_UNAVAILABLE') throw error
  }
  log.warn(
    { event: 'service.did_unread', error: 'ERR_DPP_STORE_UNAVAILABLE' },
    'the store does not answer: no event is accepted until it does',
  )
}

// The operator's own map may lead to private addresses; nothing else may.
function originOf(url: string): string {
  return new URL(url).origin
}

async function readIssuerRules({ issuersFile }: Config): Promise<readonly IssuerRule[]> {
  return issuersFile === undefined ? [] : parseIssuerRules(await readFile(issuersFile))
}

// The design's §3.7: two intervals and finality. Finality takes about 15 minutes on Ethereum; an hour leaves room. A
// service that batches on demand only promises a day.
function anchorWithinMs({ intervalSeconds }: Config): number {
  const FINALITY_SECONDS = 3600
  const ON_DEMAND_SECONDS = 86_400
  const seconds = intervalSeconds === 0 ? ON_DEMAND_SECONDS : 2 * intervalSeconds
  return 1000 * (seconds + FINALITY_SECONDS)
}
