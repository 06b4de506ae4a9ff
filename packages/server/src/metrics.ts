// Figures for Prometheus, in its text format 0.0.4. Few, and named as operators' alerts use them.

export type Metrics = {
  readonly eventsReceived: (outcome: 'stored' | 'known' | 'refused', count: number) => void
  readonly batchAnchored: (latencySeconds: number) => void
  /** The text of a scrape; `gauges` are read at that moment. */
  readonly format: (gauges: { readonly [name: string]: number }) => string
}

// From a local chain to an hour of intervals and an hour of finality.
const LATENCY_BUCKETS_SECONDS = [1, 5, 15, 60, 300, 900, 1800, 3600, 5400, 7200, 14_400]

export function createMetrics(): Metrics {
  const received = { stored: 0, known: 0, refused: 0 }
  const latencies = LATENCY_BUCKETS_SECONDS.map(() => 0)
  let anchored = 0
  let latencySum = 0

  function batchAnchored(latencySeconds: number): void {
    anchored += 1
    latencySum += latencySeconds
    LATENCY_BUCKETS_SECONDS.forEach((bound, index) => {
      if (latencySeconds <= bound) latencies[index] = (latencies[index] ?? 0) + 1
    })
  }

  function format(gauges: { readonly [name: string]: number }): string {
    const buckets = LATENCY_BUCKETS_SECONDS.map(
      (bound, index) => `anchor_latency_seconds_bucket{le="${bound}"} ${latencies[index]}`,
    )
    const lines = [
      '# HELP events_received_total Events posted, by outcome.',
      '# TYPE events_received_total counter',
      ...Object.entries(received).map(
        ([outcome, count]) => `events_received_total{outcome="${outcome}"} ${count}`,
      ),
      '# HELP batches_anchored_total Batches whose proofs were published.',
      '# TYPE batches_anchored_total counter',
      `batches_anchored_total ${anchored}`,
      '# HELP anchor_latency_seconds From the claim of a batch to its published proofs.',
      '# TYPE anchor_latency_seconds histogram',
      ...buckets,
      `anchor_latency_seconds_bucket{le="+Inf"} ${anchored}`,
      `anchor_latency_seconds_sum ${latencySum}`,
      `anchor_latency_seconds_count ${anchored}`,
      ...Object.entries(gauges).flatMap(([name, value]) => [
        `# HELP ${name} ${gaugeHelp[name] ?? name}`,
        `# TYPE ${name} gauge`,
        `${name} ${value}`,
      ]),
    ]
    return `${lines.join('\n')}\n`
  }

  return {
    eventsReceived: (outcome, count) => {
      received[outcome] += count
    },
    batchAnchored,
    format,
  }
}

const gaugeHelp: { readonly [name: string]: string } = {
  deliveries_waiting: 'Deliveries that no batch has claimed.',
  oldest_delivery_age_seconds: 'Age of the oldest of them.',
  batches_open: 'Batches that are not settled.',
  oldest_batch_age_seconds: 'Age of the oldest open batch.',
  clock_offset_seconds: 'How far the clock is ahead of the chain, beyond what its pace explains.',
}
