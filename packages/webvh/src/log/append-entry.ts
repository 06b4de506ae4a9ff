// Updating a DID (did:webvh v1.0, "Update (Rotate)" and "Deactivate (Revoke)") from a verified head alone.
import { DppError, type JsonObject, type Signer } from '@dpp/core'
import { formatDid } from '../identifier/did.ts'
import { copyJson, type SignedEntry, signEntry } from './create-log.ts'
import { isPreRotating, type LogHead } from './head.ts'
import { formatVersionTime } from './version-time.ts'

/** What the new entry changes, who signs it, and when. What is left out stays as it is. */
export type AppendEntryOptions = {
  /** The new DID document; without it the document stays. A missing `id` is filled in. */
  readonly document?: JsonObject | undefined
  /** The parameters this entry states; without them none changes. */
  readonly parameters?: JsonObject | undefined
  /** Holds a key that may sign: one before this entry, or under pre-rotation one that this entry states. */
  readonly signer: Signer
  /** The present time; written in whole seconds, and strictly after the head's. */
  readonly versionTime: Date
}

/**
 * Makes the entry that follows `head`. The log itself is not read: the cost does not depend on its length.
 *
 * The entry is verified as a resolver would before it is returned. Two calls with one head make a fork; only one of
 * the two lines may ever be published. With witnesses, publish their proofs before the line.
 * @throws ERR_DPP_LOG_…
 */
export function appendEntry(head: LogHead, options: AppendEntryOptions): Promise<SignedEntry> {
  const { document = head.document, parameters = {}, signer, versionTime } = options
  const content = {
    versionTime: formatVersionTime(versionTime),
    parameters: copyJson(parameters),
    state: document === head.document ? document : copyJson({ id: head.did, ...document }),
  }
  return signEntry(content, {
    predecessor: head.versionId,
    number: head.versionNumber + 1,
    signer,
    head,
  })
}

/** Where a portable DID moves to. */
export type NewLocation = {
  readonly domain: string
  readonly port?: number
  readonly path?: readonly string[]
}

/**
 * The document of a portable DID after a move: the DID replaced everywhere, the one before it in `alsoKnownAs`.
 *
 * Append it as `document`. URLs of services are not touched: they are the caller's to change.
 * @throws ERR_DPP_LOG_PORTABILITY when the DID is not portable
 */
export function moveDocument(head: LogHead, to: NewLocation): JsonObject {
  if (!head.parameters.portable)
    throw new DppError('ERR_DPP_LOG_PORTABILITY', 'the DID is not portable')
  const path = to.path?.map((segment) => segment.replaceAll('{SCID}', head.scid))
  const did = formatDid({ ...to, ...(path && { path }), scid: head.scid })
  const moved = replaceDid(head.document, head.did, did) as JsonObject
  const known = moved['alsoKnownAs']
  const others = Array.isArray(known) ? known.filter((each) => each !== did) : []
  return { ...moved, id: did, alsoKnownAs: [...others, head.did] }
}

/** Ends a log. `deactivated` hides the document from then on; `closed` keeps it readable and final. */
export type EndLogOptions = {
  readonly as: 'deactivated' | 'closed'
  readonly signer: Signer
  /** Under pre-rotation: the committed key, which `signer` holds. */
  readonly updateKey?: string
  readonly versionTime: Date
}

/**
 * Makes the entry, or under pre-rotation the two entries, that end a log with `updateKeys: []`.
 *
 * Two are needed because an entry under pre-rotation is signed by a key that it states itself: the first ends
 * pre-rotation, the second, a second later, removes the keys.
 * @throws ERR_DPP_LOG_…
 */
export async function endLog(head: LogHead, options: EndLogOptions): Promise<SignedEntry[]> {
  const { signer, versionTime } = options
  const final = options.as === 'closed' ? { updateKeys: [] } : { updateKeys: [], deactivated: true }
  if (!isPreRotating(head))
    return [await appendEntry(head, { parameters: final, signer, versionTime })]
  if (options.updateKey === undefined) {
    throw new DppError(
      'ERR_DPP_LOG_PREROTATION',
      'pre-rotation is on: name the committed updateKey',
    )
  }
  const parameters = { updateKeys: [options.updateKey], nextKeyHashes: [] }
  const first = await appendEntry(head, { parameters, signer, versionTime })
  const later = new Date(versionTime.getTime() + 1000)
  return [first, await appendEntry(first.head, { parameters: final, signer, versionTime: later })]
}

// Whole strings and DID URLs only: a longer DID that merely begins with the same text is another DID.
function replaceDid(value: unknown, from: string, to: string): unknown {
  if (typeof value === 'string') {
    const rest = value.startsWith(from) ? value.slice(from.length) : undefined
    return rest !== undefined && (rest === '' || /^[/?#]/.test(rest)) ? to + rest : value
  }
  if (Array.isArray(value)) return value.map((each) => replaceDid(each, from, to))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, replaceDid(each, from, to)]),
  )
}
