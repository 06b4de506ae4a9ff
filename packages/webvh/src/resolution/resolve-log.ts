// Resolution from the text of a log: verify, pick the version that was asked for, and describe it.
import { DppError } from '@dpp/core'
import type { Limits } from '../log/limits.ts'
import { type LogReport, type LogVersion, verifyLog } from '../log/log.ts'
import { parseVersionTime } from '../log/version-time.ts'
import { failWith, notFound, type ResolutionResult, succeed } from './resolution-result.ts'

/** Which version is wanted; without any, the newest. Several must agree on one version. */
export type VersionQuery = {
  readonly versionId?: string | undefined
  /** RFC 3339 text or a `Date`: the version that was active then. */
  readonly versionTime?: string | Date | undefined
  readonly versionNumber?: number | undefined
}

/** Which version is asked for, and what is given beside the log. */
export type ResolveLogOptions = VersionQuery & {
  readonly now?: Date | undefined
  readonly witnessFile?: Uint8Array | string | undefined
  readonly limits?: Partial<Limits> | undefined
}

/**
 * Resolves a DID from its `did.jsonl`.
 *
 * Never throws for what the arguments hold: failures are `didResolutionMetadata.error`. A bad later entry makes the
 * newest version an error, and leaves earlier versions that are asked for as they are.
 */
export function resolveLog(
  did: string,
  log: Uint8Array | string,
  options: ResolveLogOptions = {},
): ResolutionResult {
  return resolveReport(verifyLog(log, { ...options, did }), options)
}

/** The result for a report that was made before, so that one verification serves several queries. */
export function resolveReport(report: LogReport, query: VersionQuery = {}): ResolutionResult {
  const wanted = pickVersion(report, query)
  if (wanted instanceof Error) return failWith(wanted as DppError)
  return wanted === undefined ? notFound('the log has no such version') : succeed(wanted, report)
}

function pickVersion(report: LogReport, query: VersionQuery): LogVersion | DppError | undefined {
  const { versions, error } = report
  const { versionId, versionNumber } = query
  if (versions.length === 0) return error
  const isQuery = [versionId, versionNumber, query.versionTime].some((each) => each !== undefined)
  if (!isQuery) return error ?? versions.at(-1)
  let candidates = versions
  if (versionId !== undefined)
    candidates = candidates.filter((each) => each.versionId === versionId)
  if (versionNumber !== undefined)
    candidates = candidates.filter((each) => each.versionNumber === versionNumber)
  if (query.versionTime !== undefined) {
    const key = timeKey(query.versionTime)
    if (key === undefined)
      return new DppError('ERR_DPP_DID_URL_INVALID', 'versionTime is not a UTC time')
    const active = activeAt(report, key)
    if (active instanceof Error) return active
    candidates = candidates.filter((each) => each === active)
  }
  return candidates[0] ?? missing(report, query)
}

// The version active at a time is the newest that is not later. Where the log goes on with an invalid entry, its own
// claim tells from when on that entry, and not the one before it, would have been the active one.
function activeAt(
  { versions, error, errorTime }: LogReport,
  key: string,
): LogVersion | DppError | undefined {
  const active = versions.findLast(({ entry }) => parseVersionTime(entry.versionTime).key <= key)
  if (error === undefined || active !== versions.at(-1)) return active
  const claimed = errorTime === undefined ? undefined : timeKey(errorTime)
  return claimed !== undefined && key < claimed ? active : error
}

// A version that the log has but that does not verify is an error; one that it does not have is not found.
function missing(
  { error, versions, lineCount }: LogReport,
  { versionId, versionNumber }: VersionQuery,
): DppError | undefined {
  if (error === undefined) return undefined
  const number =
    versionNumber ?? (versionId === undefined ? Number.NaN : Number.parseInt(versionId, 10))
  return number > (versions.at(-1)?.versionNumber ?? 0) && number <= lineCount ? error : undefined
}

function timeKey(time: string | Date): string | undefined {
  try {
    return parseVersionTime(typeof time === 'string' ? time : time.toISOString()).key
  } catch {
    return undefined
  }
}
