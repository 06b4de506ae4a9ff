// What a resolver accepts at most (did:webvh v1.0, "Denial of Service", "Resolver Transport Hardening").

/** Limits of one resolution; each has a default and every one can be set. */
export type Limits = {
  /** Bytes of `did.jsonl` and of `did-witness.json`, each. */
  readonly maxBytes: number
  readonly maxEntries: number
  /** How far in the future a `versionTime` may lie; the specification advises at most five minutes. */
  readonly futureToleranceMs: number
  /** Time of all network requests of one resolution together. */
  readonly timeoutMs: number
}

/** 5 MiB, 10,000 entries, five minutes ahead, 30 seconds in all: the values that the specification suggests. */
export const defaultLimits: Limits = {
  maxBytes: 5 * 1024 * 1024,
  maxEntries: 10_000,
  futureToleranceMs: 5 * 60_000,
  timeoutMs: 30_000,
}
