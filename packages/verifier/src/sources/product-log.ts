// The product's log and its proof file, read together: each may be older than the other.
import type { Context } from '../context.ts'
import { ended, type Outcome } from '../verdict/reasons.ts'
import type { Layout } from './layout.ts'
import { type LogOutcome, readLog, type VerifiedLog } from './read-log.ts'
import { type Inclusion, type ProofFile, readProofFile, recomputeInclusion } from './read-proofs.ts'

export type ProductEvidence = {
  readonly log: VerifiedLog
  readonly file: ProofFile
  /** What the proof file shows about the log; empty where there is no readable file. */
  readonly inclusion: Inclusion
}

export type ProductLog = ProductEvidence | Outcome<'indeterminate' | 'invalid'>

const NOTHING: Inclusion = { proven: [], mismatch: undefined, beyond: undefined, warnings: [] }

/**
 * Reads log and proofs at once. Where the log turns out older than the proofs, or than what was seen
 * before, it is read once more past all caches: a cache is not a rollback.
 */
export async function readProductLog(
  { did, witnessUrl }: Pick<Layout, 'did' | 'witnessUrl'>,
  context: Context,
): Promise<ProductLog> {
  const [first, file] = await Promise.all([
    readLog(did, context),
    readProofFile(witnessUrl, did.scid, context),
  ])
  if (!('log' in first)) return first
  const evidence = assess(first.log, file)
  const stale = evidence.inclusion.beyond !== undefined || isBehindLastSeen(first.log, context)
  if (!stale) return refuseRewritten(evidence, context)
  const second = await readLog(did, context, { fresh: true })
  // A second reading that fails or is no newer changes nothing: the log stays behind.
  return refuseRewritten(isNewer(second, first.log) ? assess(second.log, file) : evidence, context)
}

/**
 * Holds a log against the version that the policy has seen of it.
 *
 * Older than that: `indeterminate`, since a stale copy and a rollback look alike. Without that version:
 * `invalid`, since two logs with one SCID exist.
 */
export function compareLastSeen(
  log: VerifiedLog,
  { policy }: Context,
): Outcome<'indeterminate' | 'invalid'> | undefined {
  const seen = policy.lastSeen.get(log.scid)
  if (seen === undefined) return undefined
  const at = log.versions[Number.parseInt(seen, 10) - 1]
  const values = { expected: seen, found: at?.versionId ?? log.newest.versionId }
  if (at === undefined) return ended('indeterminate', 'log.behind-last-seen', values)
  if (at.versionId === seen) return undefined
  return ended('invalid', 'log.contradicts-last-seen', values)
}

function assess(log: VerifiedLog, file: ProofFile): ProductEvidence {
  return { log, file, inclusion: 'proofs' in file ? recomputeInclusion(log, file.proofs) : NOTHING }
}

function refuseRewritten(evidence: ProductEvidence, context: Context): ProductLog {
  return compareLastSeen(evidence.log, context) ?? evidence
}

function isBehindLastSeen(log: VerifiedLog, context: Context): boolean {
  return compareLastSeen(log, context)?.status === 'indeterminate'
}

function isNewer(outcome: LogOutcome, log: VerifiedLog): outcome is { log: VerifiedLog } {
  return 'log' in outcome && outcome.log.newest.versionNumber > log.newest.versionNumber
}
