// DID URLs (DID Core §3.2): a DID, and what is asked of it.
import { DppError } from '@dpp/core'
import { parseDid, type WebvhDid } from './did.ts'

/** A parsed DID URL. `path` is empty or begins with `/` and is as written; query values are decoded once. */
export type DidUrl = {
  readonly did: WebvhDid
  readonly path: string
  readonly query: ReadonlyMap<string, string>
  readonly fragment: string | undefined
}

const pchar = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
const syntax = /* @__PURE__ */ new RegExp(
  `^([^/?#]*)((?:/${pchar}*)*)(?:\\?((?:${pchar}|[/?])*))?(?:#((?:${pchar}|[/?])*))?$`,
)

/**
 * Parses a `did:webvh` DID URL.
 *
 * Refuses characters outside RFC 3986, a query name given twice, and path segments that are `.` or `..` or hold a
 * separator once decoded: they would lead out of the DID's folder.
 * @throws ERR_DPP_DID_INVALID, ERR_DPP_DID_URL_INVALID
 */
export function parseDidUrl(text: string): DidUrl {
  if (text.length > 8192) throw invalid('more than 8192 characters')
  const [, did, path = '', query = '', fragment] = syntax.exec(text) ?? []
  if (did === undefined) throw invalid('characters outside DID Core §3.2')
  checkPath(path)
  return {
    did: parseDid(did),
    path,
    query: parseQuery(query),
    fragment: fragment && decode(fragment),
  }
}

/** Refuses a path that a URL parser or a server could read as one outside the folder. */
export function checkPath(path: string): void {
  for (const segment of path.split('/')) {
    const decoded = decode(segment)
    if (decoded === '.' || decoded === '..' || /[/\\\0]/.test(decoded)) {
      throw invalid('a path that may lead out of the folder')
    }
  }
}

function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>()
  for (const pair of text === '' ? [] : text.split('&')) {
    const at = pair.indexOf('=')
    const name = decode(at < 0 ? pair : pair.slice(0, at))
    if (query.has(name)) throw invalid('a query parameter twice')
    query.set(name, at < 0 ? '' : decode(pair.slice(at + 1)))
  }
  return query
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw invalid('percent-encoding that is not UTF-8', cause)
  }
}

function invalid(reason: string, cause?: unknown): DppError {
  return new DppError('ERR_DPP_DID_URL_INVALID', `not a did:webvh DID URL: it has ${reason}`, {
    cause,
  })
}
