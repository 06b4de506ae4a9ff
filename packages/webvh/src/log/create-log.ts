// Creating a DID (did:webvh v1.0, "Create (Register)"): placeholders, SCID, entry hash, proof, first line.
import {
  canonicalize,
  createProof,
  DppError,
  type JsonObject,
  parseStrict,
  type Signer,
} from '@dpp/core'
import { formatDid } from '../identifier/did.ts'
import { applyEntry } from './apply-entry.ts'
import {
  computeScid,
  contentText,
  type EntryContent,
  formatEntry,
  hashText,
  type LogEntry,
} from './entry.ts'
import type { LogHead } from './head.ts'
import { parseParameters } from './parameters.ts'
import { formatVersionTime } from './version-time.ts'

/** A DID, its first line, and the head to append to. */
export type CreatedLog = {
  readonly did: string
  readonly scid: string
  /** The line to publish, with its line feed. */
  readonly line: string
  readonly entry: LogEntry
  readonly head: LogHead
}

/** Where the DID lives, its first document and parameters, who signs the genesis, and when. */
export type CreateLogOptions = {
  /** Unicode or ASCII; `{SCID}` may stand in it. */
  readonly domain: string
  readonly port?: number
  /** Decoded path segments; `{SCID}` may stand in any. Without them the log lies in `/.well-known/`. */
  readonly path?: readonly string[]
  /** The DID document, with `{SCID}` wherever the SCID belongs. Its `id` is filled in. */
  readonly document?: JsonObject
  /** At least `updateKeys`; `method` and `scid` are filled in, `portable` is stated as false where absent. */
  readonly parameters: JsonObject
  /** Holds one of the `updateKeys`. */
  readonly signer: Signer
  /** The present time; written in whole seconds. */
  readonly versionTime: Date
}

/**
 * Creates a DID and its log of one entry.
 *
 * The entry is verified as a resolver would before it is returned, so nothing that others refuse is ever published.
 * Every `{SCID}` in the document and in the parameters is replaced. With witnesses, publish their proofs first.
 * @throws ERR_DPP_DID_INVALID, ERR_DPP_LOG_…
 */
export async function createLog(options: CreateLogOptions): Promise<CreatedLog> {
  const { document = {}, signer } = options
  const id = formatDid({ ...options, scid: '{SCID}' })
  if ((document['id'] ?? id) !== id)
    throw new DppError('ERR_DPP_LOG_DID', `document.id is not ${id}`)
  const preliminary: EntryContent = {
    versionTime: formatVersionTime(options.versionTime),
    parameters: { portable: false, ...options.parameters, method: 'did:webvh:1.0', scid: '{SCID}' },
    state: { ...document, id },
  }
  const placeholders = contentText(preliminary)('{SCID}')
  const scid = computeScid(placeholders)
  // "perform a literal text replacement of every occurrence of the placeholder".
  const content = parseStrict(placeholders.replaceAll('{SCID}', scid)) as unknown as LogEntry
  const signed = await signEntry(content, { predecessor: scid, number: 1, signer, head: undefined })
  return { did: signed.head.did, scid, ...signed }
}

/** What it takes to finish an entry: its predecessor's versionId (or the SCID), its number, and a key. */
export type EntryStep = {
  readonly predecessor: string
  readonly number: number
  readonly signer: Signer
  readonly head: LogHead | undefined
}

/** An entry with its line and the head that follows from it. */
export type SignedEntry = {
  readonly line: string
  readonly entry: LogEntry
  readonly head: LogHead
}

/** Computes the entry hash, signs, and checks the result with the function that resolvers use. */
export async function signEntry(content: EntryContent, step: EntryStep): Promise<SignedEntry> {
  // Writers never state `null`; resolvers only tolerate it.
  const { nulls } = parseParameters(content.parameters)
  if (nulls[0] !== undefined)
    throw new DppError('ERR_DPP_LOG_PARAMETER', `parameters.${nulls[0]} is null`)
  const { versionTime, parameters, state } = content
  const versionId = `${step.number}-${hashText(contentText(content)(step.predecessor))}`
  const unsecured = { versionId, versionTime, parameters, state }
  const created = new Date(versionTime)
  const proof = await createProof(unsecured, {
    signer: step.signer,
    created,
    proofPurpose: 'assertionMethod',
  })
  const entry: LogEntry = { ...unsecured, proof: [proof] }
  // The caller's `versionTime` is the caller's clock: it is not compared with another one here.
  const head = applyEntry(step.head, entry, { now: created, futureToleranceMs: 0 })
  return { line: formatEntry(entry), entry, head }
}

/** A copy of a JSON value that shares nothing with it, refusing what is not plain JSON. */
export function copyJson(value: JsonObject): JsonObject {
  return parseStrict(canonicalize(value)) as JsonObject
}
