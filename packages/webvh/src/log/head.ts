// A verified head: everything that is needed to append to a log, or to verify its continuation, without reading it.
import { canonicalize, DppError, type JsonObject, parseStrict } from '@dpp/core'
import { isScid, parseDid } from '../identifier/did.ts'
import { applyParameters, type Parameters, parseParameters } from './parameters.ts'
import { parseVersionTime } from './version-time.ts'

/** The state of a log after one verified entry. */
export type LogHead = {
  /** The DID as the newest entry states it; a portable move changes it. */
  readonly did: string
  readonly scid: string
  readonly versionId: string
  readonly versionNumber: number
  readonly versionTime: Date
  /** `versionTime` of the first and of this entry, as written. */
  readonly created: string
  readonly updated: string
  /** Every DID the log has had. */
  readonly names: LogNames
  readonly parameters: Parameters
  readonly document: JsonObject
}

/** The DIDs of a log, the newest first: a list that heads share, so that moving often costs no more than moving. */
export type LogNames = { readonly did: string; readonly before: LogNames | undefined }

/** Tells whether the log has ever had exactly this DID. */
export function hasName(names: LogNames | undefined, did: string): boolean {
  for (let each = names; each !== undefined; each = each.before) if (each.did === did) return true
  return false
}

/** Tells whether pre-rotation binds the entry that follows this head. */
export function isPreRotating(head: LogHead): boolean {
  return head.parameters.nextKeyHashes.length > 0
}

/** Tells whether a further entry can follow: not deactivated, and some key may sign. */
export function isOpen(head: LogHead): boolean {
  return (
    !head.parameters.deactivated && (isPreRotating(head) || head.parameters.updateKeys.length > 0)
  )
}

/** A head as JSON text, to store where nobody else can write: whoever can alter it can make up a history. */
export function formatHead(head: LogHead): string {
  const { scid, versionId, created, updated, document } = head
  const { witness = {}, ...rest } = head.parameters
  const dids = listNames(head.names)
  return canonicalize({
    scid,
    versionId,
    created,
    updated,
    dids,
    document,
    parameters: { ...rest, witness },
  })
}

/**
 * Reads what `formatHead` wrote.
 * @throws ERR_DPP_LOG_HEAD
 */
export function parseHead(text: string): LogHead {
  try {
    return readHead(parseStrict(text) as StoredHead)
  } catch (cause) {
    throw new DppError('ERR_DPP_LOG_HEAD', 'not a stored log head', { cause })
  }
}

type StoredHead = Pick<LogHead, 'scid' | 'versionId' | 'created' | 'updated' | 'document'> & {
  /** Newest first. */
  readonly dids: readonly string[]
  readonly parameters: JsonObject
}

function readHead(stored: StoredHead): LogHead {
  const { scid, versionId, created, updated, document } = stored
  const names = chainNames(stored.dids)
  const versionNumber = /^([1-9]\d*)-\w{46}$/.exec(versionId)?.[1]
  const isWhole =
    isScid(scid) &&
    stored.dids.every((each) => parseDid(each).scid === scid) &&
    document['id'] === names?.did &&
    stored.parameters['scid'] === scid &&
    Object.keys(stored.parameters).length === 9
  if (!isWhole || names === undefined || versionNumber === undefined)
    throw new TypeError('malformed')
  parseVersionTime(created)
  return {
    did: names.did,
    scid,
    versionId,
    versionNumber: Number(versionNumber),
    versionTime: parseVersionTime(updated).date,
    created,
    updated,
    names,
    parameters: applyParameters(undefined, parseParameters(stored.parameters).stated),
    document,
  }
}

function listNames(names: LogNames): string[] {
  const dids: string[] = []
  for (let each: LogNames | undefined = names; each !== undefined; each = each.before)
    dids.push(each.did)
  return dids
}

function chainNames(dids: readonly string[]): LogNames | undefined {
  return dids.reduceRight<LogNames | undefined>((before, did) => ({ did, before }), undefined)
}
