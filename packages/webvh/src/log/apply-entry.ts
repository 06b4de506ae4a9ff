// The fold of a resolution: head' = applyEntry(head, entry), every check of did:webvh v1.0 "Read (Resolve)" but
// the witnesses'. Cheap checks come before hashes, hashes before signatures.
import {
  type DataIntegrityProof,
  DppError,
  decodeMultikey,
  type JsonObject,
  sha256,
  verifyProof,
} from '@dpp/core'
import { parseDid, type WebvhDid } from '../identifier/did.ts'
import { type ContentText, computeScid, contentText, hashText, type LogEntry } from './entry.ts'
import { isPreRotating, type LogHead } from './head.ts'
import {
  applyParameters,
  type Parameters,
  parseParameters,
  type StatedParameters,
} from './parameters.ts'
import { hashKey } from './update-key.ts'
import { parseVersionTime } from './version-time.ts'

/** What the entry states of itself is compared with this. */
export type ApplyContext = {
  readonly now: Date
  /** How much later than `now` a versionTime may be. */
  readonly futureToleranceMs: number
  /** The DID being resolved, where one is. */
  readonly asked?: WebvhDid | undefined
}

/**
 * Verifies one entry as the next after `head` (as a genesis where `head` is `undefined`) and gives the new head. `text` is what the
 * entry was read from, where it was read.
 * @throws ERR_DPP_LOG_…
 */
export function applyEntry(
  head: LogHead | undefined,
  entry: LogEntry,
  context: ApplyContext,
  text: ContentText = contentText(entry),
): LogHead {
  if (head?.parameters.deactivated) {
    throw fail('ERR_DPP_LOG_DEACTIVATED', 'an entry follows the deactivation of the DID')
  }
  // Read step 1: the entry's parameters are active from here on.
  const { stated } = parseParameters(entry.parameters)
  checkStated(head, stated)
  const parameters = applyParameters(head?.parameters, stated)
  const versionNumber = checkVersionNumber(head, entry.versionId)
  const versionTime = checkTime(head, entry.versionTime, context)
  const did = checkDid(head, entry.state, parameters, context)
  const activeKeys = checkKeys(head, stated, parameters)
  checkSigners(entry.proof, activeKeys)
  if (head === undefined) checkScid(text('{SCID}'), parameters.scid)
  checkEntryHash(text(head?.versionId ?? parameters.scid), entry.versionId)
  checkProofs(text(entry.versionId), entry.proof, context.now)
  return {
    did,
    scid: parameters.scid,
    versionId: entry.versionId,
    versionNumber,
    versionTime,
    created: head?.created ?? entry.versionTime,
    updated: entry.versionTime,
    names: head?.did === did ? head.names : { did, before: head?.names },
    parameters,
    document: entry.state,
  }
}

function checkStated(head: LogHead | undefined, stated: StatedParameters): void {
  if (head === undefined) {
    for (const name of ['method', 'scid', 'updateKeys'] as const) {
      if (stated[name] === undefined)
        throw fail('ERR_DPP_LOG_PARAMETER', `the first entry lacks parameters.${name}`)
    }
    return
  }
  if (stated.scid !== undefined)
    throw fail('ERR_DPP_LOG_PARAMETER', 'parameters.scid stands in a later entry')
  // "A later entry that sets portable: true MUST be rejected by resolvers, regardless of historical state."
  if (stated.portable === true)
    throw fail('ERR_DPP_LOG_PORTABILITY', 'portable is set to true in a later entry')
}

// Read step 3: consecutive numbers, one dash, then the entry hash (which is compared as a whole later).
function checkVersionNumber(head: LogHead | undefined, versionId: string): number {
  const expected = (head?.versionNumber ?? 0) + 1
  const [number, hash, ...more] = versionId.split('-')
  if (number !== String(expected) || hash === undefined || more.length > 0) {
    throw fail('ERR_DPP_LOG_VERSION', `versionId does not have the form "${expected}-<entryHash>"`)
  }
  return expected
}

// Read step 4: strictly after the entry before; not in the future. Equal times are refused.
function checkTime(head: LogHead | undefined, text: string, context: ApplyContext): Date {
  const { date, key } = parseVersionTime(text)
  // Only within one millisecond the keys say more than the dates.
  const isLater = head === undefined || date > head.versionTime
  if (!isLater && key <= parseVersionTime(head.updated).key) {
    throw fail('ERR_DPP_LOG_TIME', 'versionTime is not after that of the previous entry')
  }
  const isDue = date.getTime() <= context.now.getTime() + context.futureToleranceMs
  if (!isDue) {
    // Also where `now` is no time at all.
    throw fail('ERR_DPP_LOG_TIME', 'versionTime is in the future')
  }
  return date
}

// Read step 6 and "DID Portability".
function checkDid(
  head: LogHead | undefined,
  state: JsonObject,
  parameters: Parameters,
  { asked }: ApplyContext,
): string {
  const id = state['id']
  if (typeof id !== 'string') throw fail('ERR_DPP_LOG_DID', 'state.id is not a DID')
  if (id === head?.did) return id // Parsed when it first appeared.
  const scid = id === asked?.did ? asked.scid : parseStateId(id)
  if (scid !== parameters.scid || scid !== (asked?.scid ?? scid)) {
    throw fail(
      'ERR_DPP_LOG_SCID',
      'the SCIDs in the DID, in state.id and in parameters.scid are not the same',
    )
  }
  if (head === undefined) return id
  if (!parameters.portable)
    throw fail('ERR_DPP_LOG_PORTABILITY', 'state.id changes but the DID is not portable')
  const alsoKnownAs = state['alsoKnownAs']
  // "The DIDDoc MUST contain the prior DID string as an alsoKnownAs entry."
  if (!Array.isArray(alsoKnownAs) || !alsoKnownAs.includes(head.did)) {
    throw fail('ERR_DPP_LOG_PORTABILITY', 'alsoKnownAs lacks the DID from before the move')
  }
  return id
}

function parseStateId(id: string): string {
  try {
    return parseDid(id).scid
  } catch (cause) {
    throw fail('ERR_DPP_LOG_DID', 'state.id is not a did:webvh DID', cause)
  }
}

// Read step 7, "Authorized Keys" and "Pre-rotation": which keys may sign this entry.
function checkKeys(
  head: LogHead | undefined,
  stated: StatedParameters,
  now: Parameters,
): readonly string[] {
  if (head === undefined) return now.updateKeys
  if (!isPreRotating(head)) return head.parameters.updateKeys
  if (stated.updateKeys === undefined || stated.nextKeyHashes === undefined) {
    throw fail(
      'ERR_DPP_LOG_PREROTATION',
      'updateKeys and nextKeyHashes must both be stated while pre-rotation is on',
    )
  }
  const isCommitted = memberTest(head.parameters.nextKeyHashes)
  // The full set is checked: a key of an earlier entry gets no exception.
  if (!now.updateKeys.every((key) => isCommitted(hashKey(key)))) {
    throw fail(
      'ERR_DPP_LOG_PREROTATION',
      "an update key's hash is not in the previous nextKeyHashes",
    )
  }
  return now.updateKeys
}

// "Resolvers MUST reject an entry whose proof fails any check": each of several proofs must hold.
function checkSigners(proofs: readonly DataIntegrityProof[], activeKeys: readonly string[]): void {
  const isActive = memberTest(activeKeys)
  for (const { verificationMethod } of proofs) {
    const [, body, fragment] = /^did:key:([^#]+)#([^#]+)$/.exec(verificationMethod) ?? []
    // did:key: body and fragment byte-equal, else a proof could claim one key and be checked with another.
    if (body === undefined || body !== fragment || !isActive(body)) {
      throw fail(
        'ERR_DPP_LOG_KEY',
        "a proof's verificationMethod is not the did:key of an active update key",
      )
    }
  }
}

/** Tells whether a text is on the list. A long list may stand over many entries: its set is made once, and lives as long. */
function memberTest(list: readonly string[]): (text: string) => boolean {
  if (list.length < 9) return (text) => list.includes(text)
  const set = sets.get(list) ?? new Set(list)
  sets.set(list, set)
  return (text) => set.has(text)
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>()

// "Verify SCID". A literal `{SCID}` cannot stand in a published first entry: creation would have replaced it.
function checkScid(text: string, scid: string): void {
  const isPublished = text.indexOf('{SCID}') === text.lastIndexOf('{SCID}') // One, for the versionId.
  if (!isPublished || computeScid(text.replaceAll(scid, '{SCID}')) !== scid) {
    throw fail('ERR_DPP_LOG_SCID', 'parameters.scid is not the hash of the first entry')
  }
}

function checkEntryHash(text: string, versionId: string): void {
  if (!versionId.endsWith(`-${hashText(text)}`)) {
    throw fail(
      'ERR_DPP_LOG_HASH',
      'versionId does not hold the hash of the entry and its predecessor',
    )
  }
}

// Every proof covers the same document, so its hash is computed once.
function checkProofs(text: string, proofs: readonly DataIntegrityProof[], now: Date): void {
  const documentHash = sha256(text)
  for (const proof of proofs) {
    const key = decodeMultikey(proof.verificationMethod.slice(-48)) // As long as every Ed25519 Multikey.
    // The specification orders versionTimes and says nothing of `created`; a proof past its `expires` is no proof.
    const result = verifyProof({}, proof, key, {
      documentHash,
      isOwned: true,
      now,
      maxClockSkewMs: Number.POSITIVE_INFINITY,
    })
    if (!result.verified)
      throw fail('ERR_DPP_LOG_PROOF', `a proof of the entry does not hold: ${result.reason}`)
  }
}

function fail(code: `ERR_DPP_LOG_${string}`, message: string, cause?: unknown): DppError {
  return new DppError(code, message, { cause })
}
