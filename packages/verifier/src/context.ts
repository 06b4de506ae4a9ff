// What one verification works with: the same plain values for every step.
import type { AnchorReader } from '@dpp/anchor'
import type { EventProfile } from '@dpp/core'
import type { TrustPolicy } from './policy.ts'
import { startDeadline, type Waiter } from './sources/deadlines.ts'
import { createFileReader, type EvidenceSource, type FileReader } from './sources/source.ts'
import type { Check, CheckName } from './verdict/verdict.ts'

/** Bounds of one verification, so that no evidence can make it run for ever. Each has a default. */
export type Limits = {
  readonly maxLogBytes: number
  readonly maxLogEntries: number
  /** Of `witness.json`, `did-witness.json` and a batch file, each. */
  readonly maxProofBytes: number
  readonly maxEventBytes: number
  readonly maxEvents: number
  readonly maxIssuers: number
  /** Roots that are looked up on a chain, newest first. */
  readonly maxRoots: number
  /** Anchors of one root that are looked up. */
  readonly maxAnchorsPerRoot: number
  /** Of all files together. */
  readonly maxTotalBytes: number
  /** Of each file and each question to a chain. */
  readonly timeoutMs: number
  /** Of the whole verification: what was not read by then is an outage. */
  readonly totalTimeoutMs: number
  /** Files and questions at a time. */
  readonly concurrency: number
}

/** The limits that hold where the options name no others: far above any product's evidence. */
export const defaultLimits: Limits = {
  maxLogBytes: 5 * 1024 * 1024,
  maxLogEntries: 10_000,
  maxProofBytes: 8 * 1024 * 1024,
  maxEventBytes: 1024 * 1024,
  maxEvents: 5_000,
  maxIssuers: 100,
  maxRoots: 256,
  maxAnchorsPerRoot: 8,
  maxTotalBytes: 128 * 1024 * 1024,
  timeoutMs: 15_000,
  totalTimeoutMs: 180_000,
  concurrency: 8,
}

/** Progress: a check begins, or is done. */
export type Step =
  | { readonly check: CheckName; readonly state: 'running' }
  | { readonly check: CheckName; readonly state: 'done'; readonly result: Check }

/** Whom to believe, where evidence lies, how chains are read; all that a verification touches comes in here. */
export type VerifyOptions = {
  readonly policy: TrustPolicy
  /** Asked in order; the first that has a file wins. */
  readonly sources: readonly EvidenceSource[]
  /** One per chain that the policy accepts; several for one chain are asked in order. */
  readonly readers: readonly AnchorReader[]
  /** The clock; by default the system's. */
  readonly now?: Date
  /** What could be proven at that time: later entries and anchors do not count. */
  readonly asOf?: Date
  readonly signal?: AbortSignal
  readonly limits?: Partial<Limits>
  /** Kinds of event that are understood; EPCIS by default. */
  readonly profiles?: readonly EventProfile[]
  /** Is told when a check begins and when it is done; what it throws is ignored. */
  readonly onStep?: (step: Step) => void
}

/** The options with everything filled in. */
export type Context = {
  readonly policy: TrustPolicy
  readonly read: FileReader
  readonly readers: readonly AnchorReader[]
  readonly now: Date
  /** `asOf`, else `now`. */
  readonly at: Date
  /** Waits for what is outside, within the time limits. */
  readonly wait: Waiter
  readonly limits: Limits
  readonly profiles: readonly EventProfile[] | undefined
}

/** Fills in the options and starts the clock. `close` it when the verification is done. */
export function openContext(options: VerifyOptions): Context & { close(): void } {
  const { policy, sources, readers, asOf, profiles, now = new Date() } = options
  const limits = { ...defaultLimits, ...options.limits }
  const { wait, close } = startDeadline(limits.totalTimeoutMs, options.signal)
  const read = createFileReader(sources, { ...limits, wait })
  // Nothing is known about a later time than now.
  const at = asOf === undefined || asOf > now ? now : asOf
  return { policy, read, wait, readers, now, at, limits, profiles, close }
}

/** Whole seconds from `from` to `to`, not below zero. */
export function ageSeconds(from: Date, to: Date): number {
  return Math.max(0, Math.floor((to.getTime() - from.getTime()) / 1000))
}

/** RFC 3339 in UTC, for showing: unlike core's, it takes every year that a foreign event may claim. */
export function formatTime(time: Date): string {
  const text = time.toISOString()
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text
}
