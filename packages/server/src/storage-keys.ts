// Where each public file lies in the store, which is also its path under the domain: the URLs of the design's §3.6.
// Keys are built from validated SCIDs, digests and roots only, never from raw input.
import { DIGEST, ROOT } from './identifiers.ts'

/** What a store and an HTTP answer say about a file. */
export type FileMeta = { readonly contentType: string; readonly cacheControl: string }

const BASE = '.well-known/did'

// A log and its proofs change: readers ask again after a minute. An event's file is named by its digest: it cannot.
const CHANGING = 'public, max-age=60, must-revalidate'
const IMMUTABLE = 'public, max-age=31536000, immutable'

export const logMeta: FileMeta = { contentType: 'text/jsonl', cacheControl: CHANGING }
export const jsonMeta: FileMeta = { contentType: 'application/json', cacheControl: CHANGING }
export const eventMeta: FileMeta = { contentType: 'application/vc', cacheControl: IMMUTABLE }

/** The log of the service's own DID, at the domain's root. */
export const SERVICE_LOG_KEY = '.well-known/did.jsonl'

/** The object that the service tries a store with. */
export const CHECK_KEY = 'dpp-store-check.json'

export function logKey(scid: string): string {
  return `${BASE}/${scid}/did.jsonl`
}

export function witnessKey(scid: string): string {
  return `${BASE}/${scid}/witness.json`
}

export function passportKey(scid: string): string {
  return `${BASE}/${scid}/passport.json`
}

export function mirrorLogKey(scid: string): string {
  return `${BASE}/issuers/${scid}/did.jsonl`
}

export function mirrorWitnessKey(scid: string): string {
  return `${BASE}/issuers/${scid}/witness.json`
}

export function mirrorApprovalsKey(scid: string): string {
  return `${BASE}/issuers/${scid}/did-witness.json`
}

export function eventKey(digest: string): string {
  return `${BASE}/events/${digest}.json`
}

/** `root` as `0x` and 64 hex digits; the file's name has the digits alone. */
export function batchKey(root: string): string {
  return `${BASE}/batches/${root.slice(2)}.json`
}

export function evidenceKey(root: string): string {
  return `${BASE}/batches/${root.slice(2)}.evidence.json`
}

const SCID = 'Q[1-9A-HJ-NP-Za-km-z]{45}'
const publicFiles: readonly (readonly [RegExp, FileMeta])[] = [
  [new RegExp(`^(issuers/)?${SCID}/did\\.jsonl$`), logMeta],
  [new RegExp(`^(issuers/)?${SCID}/(did-)?witness\\.json$`), jsonMeta],
  [new RegExp(`^${SCID}/(passport|did)\\.json$`), jsonMeta],
  [new RegExp(`^${SCID}/whois\\.vp$`), { contentType: 'application/vp', cacheControl: CHANGING }],
  [new RegExp(`^events/${DIGEST}\\.json$`), eventMeta],
  [new RegExp(`^batches/${ROOT}(\\.evidence)?\\.json$`), jsonMeta],
]

/** The store key and meta of a public path below `/.well-known/did/`; undefined for any path that can name no file. */
export function publicFile(path: string): (FileMeta & { readonly key: string }) | undefined {
  const match = publicFiles.find(([pattern]) => pattern.test(path))
  return match === undefined ? undefined : { key: `${BASE}/${path}`, ...match[1] }
}

const eventPath = new RegExp(`^events/(${DIGEST})\\.json$`)

/** The digest of the event whose file is at a public path; undefined for the path of anything else. */
export function digestOfPath(path: string): string | undefined {
  return eventPath.exec(path)?.[1]
}
