// Figures for Prometheus. Counters and histograms live here and cost a microsecond; gauges are read at a scrape
// (`readings.ts`). docs/observability.md has a row for each; a test compares it with a real scrape.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { version } from './build.ts'
import type { GaugeName, Readings } from './readings.ts'

/** How far the events of a batch have come. */
export type Stage = 'accepted' | 'sealed' | 'submitted' | 'mined' | 'final' | 'published'

export type Metrics = {
  readonly eventsReceived: (outcome: 'stored' | 'known' | 'refused', count: number) => void
  readonly eventRefused: (code: string) => void
  readonly batchClaimed: (batch: number, oldestEvent: Date | undefined) => void
  readonly batchReached: (stage: Exclude<Stage, 'accepted'>, events: number) => void
  /** Its proofs are out. */
  readonly batchAnchored: (batch: number, latencySeconds: number) => void
  readonly batchFailed: (code: string) => void
  readonly leaseChanged: (change: 'taken' | 'lost' | 'released') => void
  readonly requestAnswered: (request: AnsweredRequest) => void
  /** When the oldest event of each open batch came in, of the batches that this process claimed. */
  readonly oldestEvents: Map<number, Date>
  /** The text of a scrape: Prometheus' format 0.0.4, or OpenMetrics 1.0. */
  readonly format: (readings: Readings, form?: 'text' | 'openmetrics') => Promise<string>
}

type AnsweredRequest = {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly seconds: number
}

// From a local chain to an hour of intervals and an hour of finality.
const LATENCY_BUCKETS_SECONDS = [1, 5, 15, 60, 300, 900, 1800, 3600, 5400, 7200, 14_400]
const REQUEST_BUCKETS_SECONDS = [0.005, 0.02, 0.1, 0.5, 2.5, 10]

/** Makes the figures of one service: several in one process share nothing. */
export function createMetrics(): Metrics {
  const registers = [new Registry()]
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> => new Counter({ name, help, labelNames, registers })

  const received = counter('events_received_total', 'Events posted, by outcome.', ['outcome'])
  const refused = counter('events_refused_total', 'Events refused, by error code.', ['code'])
  const stages = counter('events_stage_total', 'Events that came as far as a stage.', ['stage'])
  const batches = counter('batches_stage_total', 'Batches that came as far as a stage.', ['stage'])
  const anchored = counter('batches_anchored_total', 'Batches whose proofs were published.')
  const failures = counter('batch_failures_total', 'Steps of batches that failed, by error code.', [
    'code',
  ])
  const selfChecks = counter(
    'proof_self_check_failures_total',
    'Proofs of our own that did not verify, or records that gave another root. Stays 0.',
  )
  const leases = counter('lease_changes_total', 'Changes of who seals batches.', ['change'])
  const latency = new Histogram({
    name: 'anchor_latency_seconds',
    help: 'From the claim of a batch to its published proofs.',
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  })
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Requests answered, by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS_SECONDS,
    registers,
  })
  const isHolder = new Gauge({
    name: 'lease_held',
    help: 'Whether this process seals batches (1) or stands by (0).',
    registers,
  })
  new Gauge({
    name: 'dpp_build_info',
    help: 'The version that runs, and its Node.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.versions.node }, 1)
  const gauges = new Map(
    Object.entries(gaugeTable).map(([name, { help, label }]) => [
      name as GaugeName,
      new Gauge({ name, help, labelNames: label === undefined ? [] : [label], registers }),
    ]),
  )
  const [registry = new Registry()] = registers
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)

  // A counter that never counted is 0, not missing: alerts see its first step as one.
  for (const outcome of ['stored', 'known', 'refused'] as const) received.inc({ outcome }, 0)
  for (const stage of stageNames) {
    stages.inc({ stage }, 0)
    if (stage !== 'accepted') batches.inc({ stage }, 0)
  }
  for (const change of ['taken', 'lost', 'released'] as const) leases.inc({ change }, 0)

  const oldestEvents = new Map<number, Date>()

  function setGauges(readings: Readings): void {
    for (const [name, gauge] of gauges) {
      const label = gaugeTable[name].label
      gauge.reset()
      if (label === undefined) gauge.remove() // What is not known now is missing, not 0.
      const value = readings[name]
      if (value === undefined) continue
      if (typeof value === 'number') gauge.set(value)
      else for (const [of, number] of value) gauge.set({ [label ?? '']: of }, number)
    }
  }

  return {
    eventsReceived: (outcome, count) => {
      if (count === 0) return
      received.inc({ outcome }, count)
      if (outcome === 'stored') stages.inc({ stage: 'accepted' }, count)
    },
    eventRefused: (code) => refused.inc({ code }),
    batchClaimed: (batch, oldestEvent) => {
      if (oldestEvent !== undefined) oldestEvents.set(batch, oldestEvent)
    },
    batchReached: (stage, events) => {
      stages.inc({ stage }, events)
      batches.inc({ stage })
    },
    batchAnchored: (batch, latencySeconds) => {
      oldestEvents.delete(batch)
      anchored.inc()
      latency.observe(latencySeconds)
    },
    batchFailed: (code) => {
      failures.inc({ code })
      if (code === 'ERR_DPP_BATCH_CORRUPT') selfChecks.inc()
    },
    leaseChanged: (change) => {
      leases.inc({ change })
      isHolder.set(change === 'taken' ? 1 : 0)
    },
    requestAnswered: ({ seconds, ...labels }) => requests.observe(labels, seconds),
    oldestEvents,
    format: async (readings, form = 'text') => {
      setGauges(readings)
      const text = await registry.metrics()
      return form === 'text' ? text : toOpenMetrics(text)
    },
  }
}

const stageNames: readonly Stage[] = [
  'accepted',
  'sealed',
  'submitted',
  'mined',
  'final',
  'published',
]

// What prom-client brings that `promtool check metrics` refuses (gauges called _total), and what they repeat by type.
const misnamed: readonly string[] = [
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
]

const gaugeTable: {
  readonly [Name in GaugeName]: { readonly help: string; readonly label?: string }
} = {
  deliveries_waiting: { help: 'Queue depth: deliveries that no batch has claimed.' },
  deliveries_waiting_limit: { help: 'New events are refused while more deliveries wait.' },
  oldest_delivery_age_seconds: { help: 'Age of the oldest delivery that waits.' },
  oldest_unanchored_event_age_seconds: {
    help: 'Age of the oldest accepted event whose proof is not published.',
  },
  deliveries_dead: { help: 'Length of the dead-letter list.' },
  products_suspended: { help: 'Products that are set aside until an operator has looked.' },
  batches_open: { help: 'Batches that are not settled, by state.', label: 'state' },
  events_open: { help: 'Events in batches that are not settled, by state.', label: 'state' },
  batches_held_up: { help: 'Open batches with a problem, by its code.', label: 'code' },
  oldest_batch_age_seconds: { help: 'Age of the oldest open batch.' },
  anchor_age_limit_seconds: { help: 'DPP_MAX_ANCHOR_AGE_SECONDS.' },
  batch_interval_seconds: { help: 'DPP_INTERVAL_SECONDS.' },
  clock_offset_seconds: {
    help: "How far the clock is ahead of the chain's, beyond what its pace explains.",
  },
  relayer_batches_left: { help: "Anchors that the relayer's balance pays for, at today's fee." },
  relayer_balance_wei: { help: "The relayer's balance." },
  dependency_up: {
    help: 'Whether journal, store and chain answered the last time.',
    label: 'dependency',
  },
  service_ready: { help: 'What /readyz says: fit for work (1) or not (0).' },
}

// OpenMetrics 1.0: a counter's family has the name without _total, which only its samples carry; no empty lines; an end.
function toOpenMetrics(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '')
  const counters = new Set(
    lines.flatMap((line) => /^# TYPE (\S+)_total counter$/.exec(line)?.[1] ?? []),
  )
  const renamed = lines.map((line) =>
    line.replace(/^(# (?:HELP|TYPE) )(\S+)_total /, (whole, kind: string, name: string) =>
      counters.has(name) ? `${kind}${name} ` : whole,
    ),
  )
  return `${renamed.join('\n')}\n# EOF\n`
}
