// Verification of a whole log: a fold of `applyEntry` over its lines, then the witnesses. Reports, never throws.
import { DppError, isDppError, type JsonObject } from '@dpp/core'
import { parseDid, type WebvhDid } from '../identifier/did.ts'
import { findUnapproved, needsWitnesses, type WitnessCheck } from '../witness/witness-check.ts'
import { type ApplyContext, applyEntry } from './apply-entry.ts'
import { type LogEntry, parseEntry, type ReadEntry, readEntry } from './entry.ts'
import { hasName, type LogHead } from './head.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { lineText, type RawLine, splitLines } from './log-lines.ts'
import type { Parameters } from './parameters.ts'

/** One verified version of a DID. */
export type LogVersion = {
  readonly entry: LogEntry
  /** The line as it was read, with a line feed at its end. */
  readonly line: string
  /** The canonical text (JCS) of the entry, proof included: what a Merkle leaf is hashed from. */
  readonly text: string
  readonly versionId: string
  readonly versionNumber: number
  readonly versionTime: Date
  readonly parameters: Parameters
  readonly document: JsonObject
  readonly head: LogHead
}

/** What a verification established: the versions that hold, and what is wrong with the line after them. */
export type LogReport = {
  /** The DID that was asked for, else the newest one of the log. */
  readonly did: string | undefined
  readonly scid: string | undefined
  /** Verified versions, oldest first; after `from`, only those that follow it. */
  readonly versions: readonly LogVersion[]
  readonly head: LogHead | undefined
  /** Why the log is not valid in whole: the error of the first bad line, or of the log. */
  readonly error?: DppError
  /** The `versionTime` that the first bad line claims, where it can be read. It is not verified. */
  readonly errorTime?: string
  /** Lines in the log, verified or not, with those before `from`. */
  readonly lineCount: number
}

/** What the log is held against, from where to resume, and the limits of the work. */
export type VerifyLogOptions = {
  /** The DID being resolved: its SCID must be the log's, and some entry must carry exactly this DID. */
  readonly did?: string | WebvhDid | undefined
  /** A head that was verified before. The log may then be the whole log or only the entries after that head. */
  readonly from?: LogHead | undefined
  readonly now?: Date | undefined
  readonly limits?: Partial<Limits> | undefined
  /** The content of `did-witness.json`. Without it, entries that need witnesses fail. */
  readonly witnessFile?: Uint8Array | string | undefined
}

/**
 * Verifies a `did.jsonl` by every step of "Read (Resolve)".
 *
 * Never throws for what the log holds: the report has the versions before the first bad line, and its error.
 */
export function verifyLog(log: Uint8Array | string, options: VerifyLogOptions = {}): LogReport {
  return beginVerification(log, options).finish(options.witnessFile)
}

/** A verification that is done but for the witnesses, whose file is only needed where the log has any. */
export type PendingReport = {
  readonly needsWitnesses: boolean
  readonly finish: (witnessFile: Uint8Array | string | undefined) => LogReport
}

/** Completes "all non-witness verifications of the DID Log before processing any witness proof". */
export function beginVerification(
  log: Uint8Array | string,
  options: VerifyLogOptions,
): PendingReport {
  const limits = { ...defaultLimits, ...options.limits }
  const now = options.now ?? new Date()
  const before = options.from?.parameters.witness
  try {
    const asked = typeof options.did === 'string' ? parseDid(options.did) : options.did
    const { lines, first } = linesAfter(splitLines(log, limits), options.from, asked?.scid)
    const folded = foldLines(lines.slice(first), options.from, {
      now,
      futureToleranceMs: limits.futureToleranceMs,
      asked,
    })
    const lineCount = lines.length + (first === 0 ? (options.from?.versionNumber ?? 0) : 0)
    return {
      needsWitnesses: needsWitnesses(folded.versions, before),
      finish(witnessFile) {
        const approved = approve(folded, { before, witnessFile, now, maxBytes: limits.maxBytes })
        return concludeReport({ ...approved, lineCount }, asked?.did, options.from)
      },
    }
  } catch (error) {
    if (!isDppError(error)) throw error
    const { did } = options
    const report = {
      did: typeof did === 'object' ? did.did : did,
      scid: undefined,
      versions: [],
      head: undefined,
      error,
      lineCount: 0,
    }
    return { needsWitnesses: false, finish: () => report }
  }
}

type Folded = { versions: LogVersion[]; error?: DppError; errorTime?: string }

function foldLines(
  lines: readonly RawLine[],
  from: LogHead | undefined,
  context: ApplyContext,
): Folded {
  const versions: LogVersion[] = []
  let head = from
  for (const raw of lines) {
    let claimed: string | undefined
    try {
      const line = lineText(raw)
      const read = readEntry(line)
      claimed = read.entry.versionTime
      head = applyEntry(head, read.entry, context, read.content)
      versions.push(toVersion(read, `${line}\n`, head))
    } catch (error) {
      if (!isDppError(error)) throw error
      return claimed === undefined ? { versions, error } : { versions, error, errorTime: claimed }
    }
  }
  return { versions }
}

function toVersion({ entry, text }: ReadEntry, line: string, head: LogHead): LogVersion {
  const { versionId, versionNumber, versionTime, parameters, document } = head
  return { entry, line, text, versionId, versionNumber, versionTime, parameters, document, head }
}

function approve(folded: Folded, check: WitnessCheck): Folded {
  const unapproved = findUnapproved(folded.versions, check)
  if (unapproved === undefined) return folded
  const { index, error } = unapproved
  const errorTime = folded.versions[index]?.entry.versionTime
  const versions = folded.versions.slice(0, index)
  return errorTime === undefined ? { versions, error } : { versions, error, errorTime }
}

function concludeReport(
  found: Folded & { lineCount: number },
  did: string | undefined,
  from: LogHead | undefined,
): LogReport {
  const head = found.versions.at(-1)?.head ?? from
  const report = { ...found, did: did ?? head?.did, scid: head?.scid, head }
  // didIdMatchCount: some entry's state.id must be exactly the DID being resolved.
  if (did === undefined || head === undefined || hasName(head.names, did)) return report
  const error =
    found.error ?? new DppError('ERR_DPP_LOG_DID', "no entry's state.id is the DID being resolved")
  return { ...report, versions: [], head: undefined, error }
}

// A head that was verified before is found again by its versionId, which is a hash over all that precedes it.
function linesAfter(
  lines: RawLine[],
  from: LogHead | undefined,
  scid: string | undefined,
): { lines: RawLine[]; first: number } {
  const [firstLine] = lines
  if (firstLine === undefined && from === undefined)
    throw new DppError('ERR_DPP_LOG_SYNTAX', 'the log has no entries')
  if (from === undefined) return { lines, first: 0 }
  if (scid !== undefined && scid !== from.scid)
    throw new DppError('ERR_DPP_LOG_SCID', 'the head belongs to another DID')
  if (firstLine === undefined || !versionIdOf(firstLine)?.startsWith('1-'))
    return { lines, first: 0 }
  const known = lines[from.versionNumber - 1]
  if (known === undefined || versionIdOf(known) !== from.versionId) {
    throw new DppError(
      'ERR_DPP_LOG_HEAD',
      'the log does not contain the version that was verified before',
    )
  }
  return { lines, first: from.versionNumber }
}

function versionIdOf(line: RawLine): string | undefined {
  try {
    return parseEntry(lineText(line)).versionId
  } catch {
    return undefined // The fold will say what is wrong with it.
  }
}
