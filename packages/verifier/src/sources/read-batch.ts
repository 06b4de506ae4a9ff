// The batch file of a root, and the anchors in it that were made after a proof was published: a successor chain, a repair.
import { type Anchor, type BatchFile, formatHash, mergeAnchors, parseBatchFile } from '@dpp/anchor'
import { isDppError } from '@dpp/core'
import { faultOf, outageText } from '../checks/fault.ts'
import type { ProvenRoot } from '../checks/find-anchor.ts'
import type { Context } from '../context.ts'
import { ended, type Outcome } from '../verdict/reasons.ts'

type Failed = Outcome<'indeterminate' | 'invalid'>

/** Reads a batch file; `file` is undefined where there is none. */
export async function readBatchFile(
  url: string,
  { read, limits }: Context,
): Promise<{ readonly file: BatchFile | undefined } | Failed> {
  const reading = await read(url, limits.maxProofBytes)
  if (reading.status === 'absent') return { file: undefined }
  if (reading.status !== 'found') {
    return ended('indeterminate', 'anchor.batch-unreachable', { url, cause: outageText(reading) })
  }
  try {
    const file = parseBatchFile(reading.body, {
      maxBytes: limits.maxProofBytes,
      maxMembers: 1_000_000,
    })
    return { file }
  } catch (error) {
    if (!isDppError(error)) throw error
    const { fault, cause } = faultOf(error)
    const isBroken =
      fault === 'broken' &&
      error.code !== 'ERR_DPP_BATCH_FILE_UNSUPPORTED' &&
      reading.body.length > 0
    return isBroken
      ? ended('invalid', 'anchor.batch-broken', { url, cause })
      : ended('indeterminate', 'anchor.batch-unreadable', { url, cause })
  }
}

/** The anchors that the batch file names beside those that the proofs name. A file that is absent names none. */
export async function readBatchAnchors(
  root: ProvenRoot,
  url: string,
  context: Context,
): Promise<{ readonly anchors: readonly Anchor[] } | Failed> {
  const batch = await readBatchFile(url, context)
  if ('status' in batch) return batch
  if (batch.file === undefined) return { anchors: [] }
  const cause = batchFault(batch.file, root)
  if (cause !== undefined) return ended('invalid', 'anchor.batch-broken', { url, cause })
  // What is new stands behind what the proofs name.
  return { anchors: mergeAnchors(root.anchors, batch.file.anchors).slice(root.anchors.length) }
}

/** What in a batch file contradicts the proofs that lead to its root. */
function batchFault(file: BatchFile, { root, entries }: ProvenRoot): string | undefined {
  if (file.root !== root) return `it is of another root, ${file.root}`
  const stray = entries.find(({ proof, leafHash }) => {
    const leaf = file.entries[proof.leafIndex]
    return (
      file.treeSize !== proof.treeSize ||
      leaf?.versionId !== proof.versionId ||
      leaf.leafHash !== formatHash(leafHash)
    )
  })
  return stray === undefined ? undefined : `it has ${stray.proof.versionId} elsewhere or not at all`
}
