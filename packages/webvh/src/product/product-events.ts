// Reads back which version of a product's log carries which event digest (docs/spec/product-log.md).
import { DppError, type JsonObject } from '@dpp/core'
import { parseEventsService } from './product-document.ts'

/** An event digest, and the version that added it. */
export type ProductEvent = {
  readonly digest: string
  readonly versionId: string
  readonly versionNumber: number
}

/** The part of a verified version that is read. */
export type ProductVersion = {
  readonly versionId: string
  readonly versionNumber: number
  readonly document: JsonObject
}

/**
 * The events of consecutive verified versions, in the order in which the log added them.
 *
 * The count decides: a version adds as many digests as it raises `eventCount`, and then lists exactly those. An
 * unchanged count or a missing `#events` adds nothing, whatever list is repeated. The genesis carries no event.
 * `earlier` are the events of the versions before the first one given.
 * @throws ERR_DPP_PRODUCT_DOCUMENT, ERR_DPP_PRODUCT_COUNT, ERR_DPP_PRODUCT_DIGEST
 */
export function readEvents(
  versions: readonly ProductVersion[],
  earlier: readonly ProductEvent[] = [],
): ProductEvent[] {
  const events: ProductEvent[] = []
  const seen = new Set(earlier.map(({ digest }) => digest))
  for (const version of versions) {
    for (const digest of addedDigests(version, earlier.length + events.length)) {
      if (seen.has(digest))
        throw new DppError(
          'ERR_DPP_PRODUCT_DIGEST',
          `version ${version.versionId} adds a digest again`,
        )
      seen.add(digest)
      events.push({ digest, versionId: version.versionId, versionNumber: version.versionNumber })
    }
  }
  return events
}

/**
 * The digests that one version adds to a log which had `count` events before it.
 * @throws ERR_DPP_PRODUCT_DOCUMENT, ERR_DPP_PRODUCT_COUNT, ERR_DPP_PRODUCT_DIGEST
 */
export function addedDigests(
  { versionId, versionNumber, document }: ProductVersion,
  count: number,
): readonly string[] {
  const events = parseEventsService(document)
  if (events === undefined || events.eventCount === count) return []
  const added = events.eventCount - count
  if (versionNumber === 1) throw wrongCount(versionId, 'is the genesis and carries events')
  if (added < 0)
    throw wrongCount(versionId, `lowers eventCount from ${count} to ${events.eventCount}`)
  if (added !== events.eventDigests.length) {
    throw wrongCount(
      versionId,
      `raises eventCount by ${added} and lists ${events.eventDigests.length} digests`,
    )
  }
  return events.eventDigests
}

function wrongCount(versionId: string, reason: string): DppError {
  return new DppError('ERR_DPP_PRODUCT_COUNT', `version ${versionId} ${reason}`)
}
