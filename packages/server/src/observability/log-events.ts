// The stable names of log lines. docs/logs.md has one row for each; a test compares the two, and both with the source.

/** What a log line tells, whatever its message says. Stable: a name changes only in a major release. */
export type LogEvent = (typeof logEvents)[number]

/** Every name, in the order of docs/logs.md. */
export const logEvents = [
  'anchor.mined',
  'anchor.submitted',
  'batch.claimed',
  'batch.cycle_failed',
  'batch.evidence_missing',
  'batch.final',
  'batch.held_up',
  'batch.product_deferred',
  'batch.rooted',
  'batch.settled',
  'chain.clock_differs',
  'chain.not_configured',
  'chain.time_unknown',
  'chain.unreachable',
  'dependency.down',
  'dependency.up',
  'event.key_refused',
  'http.framework',
  'http.request',
  'http.request_failed',
  'http.stream_failed',
  'issuer.diverged',
  'issuer.not_mirrored',
  'journal.lost',
  'keys.development',
  'lease.lost',
  'lease.released',
  'lease.taken',
  'product.close_failed',
  'product.closing',
  'product.entry_void',
  'product.suspended',
  'product.unpublished',
  'service.crashed',
  'service.listening',
  'store.unreachable',
] as const
