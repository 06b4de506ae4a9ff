// did:webvh identifiers: syntax (did:webvh v1.0, "Method-Specific Identifier"), and the DID-to-HTTPS transformation.
import { DppError } from '@dpp/core'
import { toAsciiDomain } from './domain.ts'

/** A parsed `did:webvh` DID. `domain` is the ASCII form in lower case; `path` holds the decoded segments. */
export type WebvhDid = {
  readonly did: string
  readonly scid: string
  readonly domain: string
  readonly port?: number
  readonly path: readonly string[]
}

/** What a DID is made of before it is written; `{SCID}` may stand in any part. */
export type DidParts = {
  readonly scid: string
  readonly domain: string
  readonly port?: number
  readonly path?: readonly string[]
}

const prefix = 'did:webvh:' // DID Core §3.1: lower case only.

/**
 * Parses a bare `did:webvh` DID, strictly by the ABNF and the rules on decoded values.
 *
 * Refuses a path, query or fragment, IP addresses in any spelling, names with one label, bad percent-encoding,
 * empty, `.` and `..` segments, separators and NUL in a segment, ports outside 1..65535.
 * @throws ERR_DPP_DID_INVALID
 */
export function parseDid(did: string): WebvhDid {
  // A DID is a key in URLs, logs and stores: 2048 is far above any that fits in an HTTPS URL.
  if (typeof did !== 'string' || did.length > 2048)
    throw invalid('it is not a text of at most 2048 characters')
  if (!did.startsWith(prefix)) throw invalid('it does not start with "did:webvh:"')
  const [scid = '', domainPart = '', ...segments] = did.slice(prefix.length).split(':')
  if (!isScid(scid)) throw invalid('the SCID is not 46 base58btc characters')
  // percent-encoded-port: "%3A" (either case) and 1 to 5 digits at the end; no colon elsewhere in the domain.
  const parts = /^((?:[A-Za-z0-9.-]|%[0-9A-Fa-f]{2})+?)(?:%3[Aa]([0-9]{1,5}))?$/.exec(domainPart)
  if (parts?.[1] === undefined)
    throw invalid('the domain has characters that the ABNF does not allow')
  const domain = toAsciiDomain(decodeOnce(parts[1]))
  // Dots delimit labels before decoding: an encoded or compatibility dot would be a dot inside a label.
  if (domain.split('.').length !== parts[1].split('.').length)
    throw invalid('a domain label holds a dot')
  const port = parts[2] === undefined ? undefined : Number(parts[2])
  if (port !== undefined && (port < 1 || port > 65_535))
    throw invalid('the port is not in 1..65535')
  const path = segments.map(parseSegment)
  return port === undefined ? { did, scid, domain, path } : { did, scid, domain, port, path }
}

/** Tells whether `text` has the form of a SCID: 46 base58btc characters. */
export function isScid(text: string): boolean {
  return /^[1-9A-HJ-NP-Za-km-z]{46}$/.test(text)
}

/**
 * Writes a DID in canonical form: `%3A` before the port, other characters percent-encoded with upper-case digits.
 *
 * `{SCID}` is left as it is in every part, so the result may be a template that `parseDid` refuses.
 */
export function formatDid(parts: DidParts): string {
  const port = parts.port === undefined ? '' : `%3A${parts.port}`
  const path = (parts.path ?? []).map((segment) => `:${encodeIdchars(segment)}`)
  return `${prefix}${parts.scid}:${encodeIdchars(parts.domain)}${port}${path.join('')}`
}

/**
 * The HTTPS URL of the DID's `did.jsonl` (did:webvh v1.0, "The DID to HTTPS Transformation").
 * @throws ERR_DPP_DID_INVALID
 */
export function didToUrl(did: string | WebvhDid): string {
  return fileUrl(did, 'did.jsonl')
}

/**
 * The HTTPS URL of the DID's `did-witness.json`, beside the log.
 * @throws ERR_DPP_DID_INVALID
 */
export function witnessUrl(did: string | WebvhDid): string {
  return fileUrl(did, 'did-witness.json')
}

/**
 * The URL, ending in `/`, under which implicit services find their files: the log's folder without `.well-known/`.
 * @throws ERR_DPP_DID_INVALID
 */
export function implicitBaseUrl(did: string | WebvhDid): string {
  const parsed = typeof did === 'string' ? parseDid(did) : did
  // "DID URL Path Resolution": a `.well-known/` in the resulting URL is removed before dereferencing.
  const [first, ...rest] = parsed.path
  return folderUrl(parsed, first === '.well-known' ? rest : parsed.path)
}

function fileUrl(did: string | WebvhDid, file: string): string {
  const parsed = typeof did === 'string' ? parseDid(did) : did
  return folderUrl(parsed, parsed.path.length === 0 ? ['.well-known'] : parsed.path) + file
}

// The URL is written here and not by `new URL(…)`, which drops the port 443 and reads dot segments.
function folderUrl({ domain, port }: WebvhDid, path: readonly string[]): string {
  const host = port === undefined ? domain : `${domain}:${port}`
  return `https://${host}/${path.map((segment) => `${encodeSegment(segment)}/`).join('')}`
}

function parseSegment(text: string): string {
  if (!/^(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+$/.test(text))
    throw invalid('a path segment is empty or malformed')
  const segment = decodeOnce(text)
  if (segment === '.' || segment === '..') throw invalid('a path segment is "." or ".."')
  if (/[/\\\0]/.test(segment)) throw invalid('a path segment holds a separator or NUL')
  if (segment.trim() !== segment) throw invalid('a path segment begins or ends with white space')
  return segment
}

/** Decodes percent-encoding exactly once, as UTF-8. */
function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw invalid('the percent-encoding is not valid UTF-8', cause)
  }
}

/** A segment of a URL's path: everything but the unreserved characters of RFC 3986 §2.3 is encoded, in upper case. */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

// DID Core §3.1 idchar = ALPHA / DIGIT / "." / "-" / "_" / pct-encoded: "~" is encoded too.
function encodeIdchars(text: string): string {
  const encode = (part: string): string => encodeSegment(part).replaceAll('~', '%7E')
  return text.split('{SCID}').map(encode).join('{SCID}')
}

function invalid(reason: string, cause?: unknown): DppError {
  return new DppError('ERR_DPP_DID_INVALID', `not a did:webvh DID: ${reason}`, { cause })
}
