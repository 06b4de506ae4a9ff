// Resolution over the network: `did.jsonl`, `did-witness.json` when the log has witnesses, then `resolveLog`.
import { DppError, isDppError } from '@dpp/core'
import { didToUrl, parseDid, witnessUrl } from '../identifier/did.ts'
import { defaultLimits } from '../log/limits.ts'
import { beginVerification, type LogReport } from '../log/log.ts'
import { type FetchOptions, fetchFile } from './fetch-file.ts'
import { failWith, type ResolutionResult } from './resolution-result.ts'
import { resolveReport, type VersionQuery } from './resolve-log.ts'

/** Which version is asked for, and how its files are fetched. */
export type ResolveOptions = FetchOptions &
  VersionQuery & {
    readonly now?: Date | undefined
    /** The newest versionId seen earlier: a log without it is reported as truncated or forked. */
    readonly lastSeen?: string | undefined
  }

/**
 * Fetches the DID's `did.jsonl`. An outage and a missing file have different codes.
 * @throws ERR_DPP_DID_INVALID, ERR_DPP_FETCH_…
 */
export async function fetchLog(did: string, options: FetchOptions): Promise<Uint8Array> {
  return (await fetchFile(didToUrl(did), options)).body
}

/**
 * Fetches the DID's `did-witness.json`; `undefined` when the server says that there is none.
 * @throws ERR_DPP_DID_INVALID, ERR_DPP_FETCH_… (never for 404 and 410)
 */
export async function fetchWitnessFile(
  did: string,
  options: FetchOptions,
): Promise<Uint8Array | undefined> {
  try {
    return (await fetchFile(witnessUrl(did), options)).body
  } catch (error) {
    if (isDppError(error) && error.code === 'ERR_DPP_FETCH_NOT_FOUND') return undefined
    throw error
  }
}

/**
 * Resolves a `did:webvh` DID over HTTPS.
 *
 * Failures are `didResolutionMetadata.error`: `notFound`, `invalidDid`, or `internalError` when the network failed.
 */
export async function resolve(did: string, options: ResolveOptions): Promise<ResolutionResult> {
  try {
    return resolveReport(await fetchReport(did, options), options)
  } catch (error) {
    if (!isDppError(error)) throw error
    return failWith(error)
  }
}

/**
 * Fetches a log, its witness proofs where it has witnesses, and verifies both within one time limit.
 * @throws ERR_DPP_DID_INVALID, ERR_DPP_FETCH_…
 */
export async function fetchReport(did: string, options: ResolveOptions): Promise<LogReport> {
  parseDid(did)
  const started = performance.now()
  const { timeoutMs } = { ...defaultLimits, ...options.limits }
  const log = await fetchLog(did, options)
  const pending = beginVerification(log, { ...options, did })
  if (!pending.needsWitnesses) return checkLastSeen(pending.finish(undefined), options.lastSeen)
  const left = Math.max(1, timeoutMs - (performance.now() - started))
  const limits = { ...options.limits, timeoutMs: left }
  return checkLastSeen(
    pending.finish(await fetchWitnessFile(did, { ...options, limits })),
    options.lastSeen,
  )
}

// "Resolvers SHOULD remember the latest versionId … and warn or fail when presented with a truncated log."
function checkLastSeen(report: LogReport, lastSeen: string | undefined): LogReport {
  if (lastSeen === undefined || report.error !== undefined) return report
  if (report.versions.some(({ versionId }) => versionId === lastSeen)) return report
  const error = new DppError('ERR_DPP_LOG_HEAD', 'the log lacks the version that was seen before')
  return { ...report, error }
}
