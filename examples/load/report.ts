// What a load run found, as JSON and as a table.
import type { Surprise } from '../data/verify-products.ts'
import { formatTable } from '../start/progress.ts'

export type LoadReport = {
  readonly events: number
  readonly products: number
  readonly eventsPerRequest: number
  readonly connections: number
  readonly registeredPerSecond: number
  readonly signedPerSecond: number
  /** Acknowledged events, while requests were under way. */
  readonly takenPerSecond: number
  readonly requests: number
  /** Answers of 429 and 503; each such request was sent again. */
  readonly refused: number
  /** Requests that nobody answered; each was sent again. */
  readonly unanswered: number
  readonly latencyMs: Latencies
  /** From the last acknowledgement until every root was recorded, in a final block, and all proofs out. */
  readonly rootedSeconds: number
  readonly anchoredSeconds: number
  readonly settledSeconds: number
  readonly batches: readonly {
    readonly id: number
    readonly events: number
    readonly leaves: number
    readonly root: string | null
  }[]
  readonly verified: number
  /** Products whose verdict was not `anchored` with every event. */
  readonly surprises: readonly Surprise[]
}

export type Latencies = { readonly p50: number; readonly p99: number; readonly max: number }

/** Quantiles by rank. */
export function describeLatencies(latencies: readonly number[]): Latencies {
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (quantile: number): number =>
    sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

export function formatReport(report: LoadReport): string {
  const { latencyMs, batches } = report
  const leaves = batches.reduce((sum, batch) => sum + batch.leaves, 0)
  return `${formatTable([
    ['what', 'figure'],
    ['events', show(report.events)],
    ['products', show(report.products)],
    ['events in a request, connections', `${report.eventsPerRequest}, ${report.connections}`],
    ['products registered', `${show(report.registeredPerSecond)}/s`],
    ['events signed by the client', `${show(report.signedPerSecond)}/s`],
    ['events acknowledged', `${show(report.takenPerSecond)}/s`],
    ['request p50, p99, longest', [latencyMs.p50, latencyMs.p99, latencyMs.max].map(ms).join(', ')],
    [
      'requests sent again',
      `${show(report.refused)} refused, ${show(report.unanswered)} unanswered`,
    ],
    ['batches, leaves', `${show(batches.length)}, ${show(leaves)}`],
    ['last event to recorded root', seconds(report.rootedSeconds)],
    ['last event to anchored root, final', seconds(report.anchoredSeconds)],
    ['last event to last proof', seconds(report.settledSeconds)],
    [
      'products verified',
      `${show(report.verified)}, ${show(report.surprises.length)} not as expected`,
    ],
  ])}\n`
}

function show(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 0 })
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`
}
