// `batches/<root>.json`: every leaf of one batch, so that anybody can build the tree again and see forks.
// Format: docs/spec/batch-file.md, version 1. It names no SCID: it does not list an operator's products.
import { canonicalize, isJsonObject, type Json, type JsonLimits, type JsonObject } from '@dpp/core'
import { anchorError } from '../errors.ts'
import { isHashText, parseHash } from '../tree/hash-text.ts'
import { isSameHash } from '../tree/leaf.ts'
import { buildTree, joinHashes, treeRoot } from '../tree/tree.ts'
import { type Anchor, isAnchor } from './anchor.ts'
import { isVersionId, parseJsonFile } from './witness-file.ts'

/** One leaf: a log entry and the versionId of the entry before it (`null` for a genesis). */
export type BatchEntry = {
  readonly versionId: string
  readonly parent: string | null
  readonly leafHash: string
}

/** `batches/<root>.json`: the leaves of one batch in tree order and its anchors (docs/spec/batch-file.md). */
export type BatchFile = {
  readonly type: 'DppBatch'
  readonly version: 1
  readonly root: string
  readonly treeSize: number
  readonly entries: readonly BatchEntry[]
  readonly anchors: readonly Anchor[]
}

/** Limits of a batch file, read or written: 400 MiB, enough for a million leaves. */
export const batchFileLimits: JsonLimits = { maxBytes: 400 * 2 ** 20, maxMembers: 10_000_000 }

/**
 * Parses a batch file.
 *
 * Refuses what is not strict JSON, breaks the format, or whose leaves are not strictly ascending (the
 * order of a batch). It does not build the tree: `verifyBatchFile` does.
 *
 * @throws ERR_DPP_BATCH_FILE_INVALID, ERR_DPP_BATCH_FILE_UNSUPPORTED
 */
export function parseBatchFile(
  input: Uint8Array | string,
  limits: JsonLimits = batchFileLimits,
): BatchFile {
  const file = parseJsonFile(input, 'ERR_DPP_BATCH_FILE_INVALID', limits)
  if (file['type'] !== 'DppBatch') throw invalid('type is not DppBatch')
  if (typeof file['version'] !== 'number') throw invalid('version is not a number')
  if (file['version'] !== 1) {
    throw anchorError('ERR_DPP_BATCH_FILE_UNSUPPORTED', `unknown version ${file['version']}`)
  }
  if (!isHashText(file['root'])) throw invalid('root')
  const { entries, anchors } = file
  if (!Array.isArray(entries) || entries.length === 0 || !entries.every(isBatchEntry))
    throw invalid('entries')
  if (file['treeSize'] !== entries.length) throw invalid('treeSize is not the number of entries')
  if (!isAscending(entries)) throw invalid('the leaf hashes are not strictly ascending')
  if (!Array.isArray(anchors) || !anchors.every(isAnchor)) throw invalid('anchors')
  return file as BatchFile & JsonObject
}

/** The text of a batch file: JCS. */
export function formatBatchFile(file: BatchFile): string {
  return canonicalize(file, batchFileLimits)
}

/** Tells whether the leaves of a parsed batch file build its root. */
export function verifyBatchFile(file: BatchFile): boolean {
  const leafHashes = joinHashes(file.entries.map((entry) => parseHash(entry.leafHash)))
  return isSameHash(treeRoot(buildTree(leafHashes)), parseHash(file.root))
}

/**
 * The versionIds that have more than one child among the leaves of these batches: each is a fork, two
 * histories of one product that were both anchored. The same entry in two batches is no fork.
 */
export function forkedParents(files: readonly BatchFile[]): string[] {
  const children = new Map<string, string>()
  const forked = new Set<string>()
  for (const { versionId, parent } of files.flatMap((file) => file.entries)) {
    if (parent === null) continue
    const sibling = children.get(parent)
    if (sibling === undefined) children.set(parent, versionId)
    else if (sibling !== versionId) forked.add(parent)
  }
  return [...forked]
}

function isBatchEntry(value: Json): value is BatchEntry {
  return (
    isJsonObject(value) &&
    isVersionId(value['versionId']) &&
    (value['parent'] === null || isVersionId(value['parent'])) &&
    isHashText(value['leafHash'])
  )
}

// Equal lengths and lower case: the order of the texts is the order of the bytes.
function isAscending(entries: readonly BatchEntry[]): boolean {
  return entries.every((entry, i) => {
    const before = entries[i - 1]
    return before === undefined || before.leafHash < entry.leafHash
  })
}

function invalid(message: string): Error {
  return anchorError('ERR_DPP_BATCH_FILE_INVALID', message)
}
