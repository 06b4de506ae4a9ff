// When an issuer removed a key: the earliest accepted anchor of the removing entry of its log, or of a later one.
import { formatHash, verifyBatchFile } from '@dpp/anchor'
import type { Context } from '../context.ts'
import { readBatchFile } from '../sources/read-batch.ts'
import type { VerifiedLog } from '../sources/read-log.ts'
import { leafHashAt, readProofFile, recomputeInclusion } from '../sources/read-proofs.ts'
import type { Finding } from '../verdict/verdict.ts'
import { findAnchor, groupByRoot } from './find-anchor.ts'
import type { LookedUpRoot } from './timeline.ts'

/** Where evidence about issuers lies, and what the product's own evidence already proved. */
export type Surroundings = {
  /** `B/issuers/`, ending in a slash. */
  readonly mirrorBase: string
  batchUrl(root: string): string
  readonly lookedUp: readonly LookedUpRoot[]
}

export type Removal =
  | { readonly time: Date; readonly anchored: boolean }
  /** Some evidence that could make it earlier could not be read. */
  | { readonly finding: Finding }

/**
 * Dates the entry `removedIndex` of an issuer's log.
 *
 * Looks at the proofs published beside the mirror of that log; where there are none, at the batches in
 * which the product's own entries stand. Without any anchor the issuer's own `versionTime` counts.
 */
export async function dateRemoval(
  log: VerifiedLog,
  removedIndex: number,
  surroundings: Surroundings,
  context: Context,
): Promise<Removal> {
  const { mirrorBase, batchUrl } = surroundings
  const file = await readProofFile(`${mirrorBase}${log.scid}/witness.json`, log.scid, context)
  if (!('proofs' in file) && file.status !== 'pending') return file
  const proofs = 'proofs' in file ? file.proofs : []
  const { proven } = recomputeInclusion(log, proofs)
  const later = groupByRoot(proven.filter(({ index }) => index >= removedIndex))
  const times: Date[] = []
  for (const root of later.slice(-context.limits.maxRoots)) {
    const outcome = await findAnchor(root, batchUrl(root.root), context)
    if (outcome.status === 'indeterminate') return outcome
    if (outcome.time !== undefined && outcome.status === 'passed') times.push(outcome.time)
  }
  if (times.length === 0) {
    const shared = await searchOwnBatches(log, removedIndex, surroundings, context)
    if ('finding' in shared) return shared
    times.push(...shared.times)
  }
  const earliest = times.sort((a, b) => a.getTime() - b.getTime())[0]
  if (earliest !== undefined) return { time: earliest, anchored: true }
  const versionTime = log.versions[removedIndex]?.versionTime ?? context.at
  return { time: versionTime, anchored: false }
}

// The tip of every issuer log that a batch used is a leaf of that batch (DESIGN §6, Seal).
async function searchOwnBatches(
  log: VerifiedLog,
  removedIndex: number,
  { batchUrl, lookedUp }: Surroundings,
  context: Context,
): Promise<{ times: Date[] } | { finding: Finding }> {
  const wanted = new Map(
    log.versions.slice(removedIndex).map(({ versionId }, offset) => {
      return [versionId, formatHash(leafHashAt(log, removedIndex + offset))] as const
    }),
  )
  const times: Date[] = []
  for (const { root, outcome } of lookedUp) {
    if (outcome.time === undefined || outcome.status !== 'passed') continue
    const batch = await readBatchFile(batchUrl(root.root), context)
    if ('status' in batch) return batch
    const { file } = batch
    const holds = file?.entries.some(
      ({ versionId, leafHash }) => wanted.get(versionId) === leafHash,
    )
    if (holds && file?.root === root.root && verifyBatchFile(file)) times.push(outcome.time)
  }
  return { times }
}
