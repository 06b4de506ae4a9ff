// Entries that a log's owner signed itself: of a log in self-custody, or the takeover of a delegated one. Every entry is
// checked as a resolver would; the service adds nothing and signs nothing.
import { DppError, invariant } from '@dpp/core'
import {
  addedDigests,
  formatHead,
  isOpen,
  type LogHead,
  type LogVersion,
  parseEventsService,
  parseHead,
  verifyLog,
} from '@dpp/webvh'
import type { ServerErrorCode } from '../errors.ts'
import type { AppendedEntries, Control, Product } from '../journal/log-port.ts'
import { controllerOf } from './genesis.ts'
import { committedSigner, type UpdateKeys } from './update-keys.ts'

export type PostedEntries = {
  /** The versionId that the entries were built on. */
  readonly head: string
  /** The new lines alone. */
  readonly log: string
}

export type PostRules = {
  readonly updateKeys: UpdateKeys
  /** Digests that wait for this log. */
  readonly waiting: readonly string[]
  readonly now: Date
}

const MAX_ENTRIES = 100

/**
 * Checks posted entries against the log's present state and says what the journal is to record.
 *
 * @throws ERR_DPP_PRODUCT_CLOSED; ERR_DPP_LOG_MOVED when the log has a newer head; ERR_DPP_ENTRIES_REFUSED with what is wrong
 */
export function checkPostedEntries(
  product: Product,
  posted: PostedEntries,
  rules: PostRules,
): AppendedEntries {
  const head = parseHead(product.head)
  if (product.control === 'closed') {
    throw new DppError<ServerErrorCode>(
      'ERR_DPP_PRODUCT_CLOSED',
      `the log of ${product.did} is closed`,
    )
  }
  if (posted.head !== head.versionId) {
    throw new DppError<ServerErrorCode>('ERR_DPP_LOG_MOVED', `the log's head is ${head.versionId}`)
  }
  const report = verifyLog(posted.log, { from: head, now: rules.now })
  if (report.error !== undefined) throw refused(`${report.error.code}: ${report.error.message}`)
  const tip = report.versions.at(-1)?.head
  if (tip === undefined) throw refused('it holds no new entry')
  if (report.versions.length > MAX_ENTRIES)
    throw refused(`more than ${MAX_ENTRIES} entries at once`)
  if (tip.did !== head.did) throw refused('a move to another place leaves this service')
  if (tip.parameters.witness !== undefined)
    throw refused('the service keeps no did:webvh witnesses')
  const sealed = sealedDigests(report.versions, head, new Set(rules.waiting))
  const control = controlAfter(tip, product, rules.updateKeys)
  const left = rules.waiting.length - sealed.length
  if (control === 'closed' && left > 0)
    throw refused(`${left} events wait: seal them before closing`)
  return {
    scid: product.scid,
    before: product.head,
    entries: report.versions.map(({ versionId, versionNumber, line }) => ({
      scid: product.scid,
      versionId,
      versionNumber,
      line,
    })),
    head: formatHead(tip),
    controller: controllerOf(tip.document),
    control,
    sealed,
  }
}

// Only events that were verified and accepted here may stand in a log that is published here.
function sealedDigests(
  versions: readonly LogVersion[],
  head: LogHead,
  waiting: Set<string>,
): AppendedEntries['sealed'] {
  let count = parseEventsService(head.document)?.eventCount ?? 0
  return versions.flatMap((version) => {
    const digests = addedDigests(version, count)
    count += digests.length
    return digests.map((digest) => {
      if (!waiting.delete(digest)) throw refused(`${digest} does not wait for this log`)
      return { digest, versionId: version.versionId }
    })
  })
}

function controlAfter(tip: LogHead, { item }: Product, keys: UpdateKeys): Control {
  if (!isOpen(tip)) return 'closed'
  invariant(tip.versionNumber >= 2, 'a posted entry follows the genesis')
  const { nextKeyHashes } = tip.parameters
  const ours = committedSigner(keys, item, { entry: tip.versionNumber + 1, nextKeyHashes })
  return ours !== undefined ? 'delegated' : 'self'
}

function refused(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_ENTRIES_REFUSED', message)
}
