// Dereferencing DID URLs: versions, fragments, paths and `/whois` (did:webvh v1.0, "DID URL Resolution").
import { DppError, isDppError, isJsonObject, type Json, type JsonObject } from '@dpp/core'
import { checkPath, type DidUrl, parseDidUrl } from '../identifier/did-url.ts'
import { fetchFile } from './fetch-file.ts'
import { failWith, type ResolutionMetadata, type ResolutionResult } from './resolution-result.ts'
import { type ResolveOptions, resolve } from './resolve.ts'
import { findService } from './services.ts'

/** What a DID URL leads to: a document, a part of it, or the bytes of a file. */
export type DereferencingResult = {
  readonly content: JsonObject | Uint8Array | null
  readonly contentMetadata: ResolutionResult['didDocumentMetadata']
  readonly dereferencingMetadata: Omit<ResolutionMetadata, 'contentType'> & {
    readonly contentType?: string
  }
}

export type DereferenceOptions = Omit<ResolveOptions, 'versionId' | 'versionTime' | 'versionNumber'>

/**
 * Resolves the DID of a DID URL in the version that its query names, and follows its fragment or path.
 *
 * Files come back as bytes: a presentation at `/whois` is not verified here. Failures are in the metadata.
 */
export async function dereference(
  didUrl: string,
  options: DereferenceOptions,
): Promise<DereferencingResult> {
  try {
    const parsed = parseDidUrl(didUrl)
    const result = await resolve(parsed.did.did, { ...options, ...versionOf(parsed) })
    if (result.didDocument === null) return withoutContent(result)
    return await follow(parsed, result.didDocument, result, options)
  } catch (error) {
    if (!isDppError(error)) throw error
    return withoutContent(failWith(error))
  }
}

async function follow(
  { path, query, fragment }: DidUrl,
  document: JsonObject,
  result: ResolutionResult,
  options: DereferenceOptions,
): Promise<DereferencingResult> {
  const url = fileUrl(document, path, query)
  if (url !== undefined) {
    const { body, contentType } = await fetchFile(url, options)
    return { content: body, contentMetadata: {}, dereferencingMetadata: { contentType } }
  }
  const content =
    fragment === undefined ? document : findById(document, fragment, String(document['id']))
  if (content === undefined)
    throw new DppError('ERR_DPP_FETCH_NOT_FOUND', 'the document has no such fragment')
  return {
    content,
    contentMetadata: result.didDocumentMetadata,
    dereferencingMetadata: result.didResolutionMetadata,
  }
}

/** The URL of the file that a path, or `service` and `relativeRef`, stand for; `undefined` where neither is there. */
function fileUrl(
  document: JsonObject,
  path: string,
  query: ReadonlyMap<string, string>,
): string | undefined {
  const service = query.get('service')
  if (path === '/whois') return endpointOf(document, 'whois')
  if (path !== '') return append(endpointOf(document, 'files'), path)
  if (service === undefined) return undefined
  const relativeRef = query.get('relativeRef') ?? ''
  checkPath(relativeRef)
  // An appended query or fragment would change which file the endpoint names.
  if (!/^(?:\/[^?#]*)?$/.test(relativeRef)) throw unsupported('relativeRef is not a path')
  return relativeRef === ''
    ? endpointOf(document, service)
    : append(endpointOf(document, service), relativeRef)
}

function endpointOf(document: JsonObject, name: string): string {
  const service = findService(document, name)
  if (service === undefined)
    throw new DppError('ERR_DPP_FETCH_NOT_FOUND', 'the document has no such service')
  const endpoint = service['serviceEndpoint']
  // "If the scheme of the serviceEndpoint is not supported … return an invalidDid error."
  if (typeof endpoint !== 'string' || !endpoint.startsWith('https://'))
    throw unsupported('the endpoint is not https')
  return endpoint
}

function append(endpoint: string, path: string): string {
  return endpoint.replace(/\/$/, '') + path
}

/** The one object of a document whose id is the fragment, absolute or relative. Verification methods and services. */
function findById(document: JsonObject, fragment: string, did: string): JsonObject | undefined {
  const isWanted = (value: Json): boolean =>
    isJsonObject(value) && (value['id'] === `#${fragment}` || value['id'] === `${did}#${fragment}`)
  const found = Object.values(document).flatMap((member) =>
    Array.isArray(member) ? member.filter(isWanted) : [],
  )
  return (found[0] as JsonObject | undefined) ?? findService(document, fragment)
}

function versionOf({
  query,
}: DidUrl): Pick<ResolveOptions, 'versionId' | 'versionTime' | 'versionNumber'> {
  const number = query.get('versionNumber')
  if (number !== undefined && !/^[1-9]\d{0,14}$/.test(number))
    throw unsupported('versionNumber is not a number')
  return {
    versionId: query.get('versionId'),
    versionTime: query.get('versionTime'),
    versionNumber: number === undefined ? undefined : Number(number),
  }
}

function withoutContent({
  didDocumentMetadata,
  didResolutionMetadata,
}: ResolutionResult): DereferencingResult {
  return {
    content: null,
    contentMetadata: didDocumentMetadata,
    dereferencingMetadata: didResolutionMetadata,
  }
}

function unsupported(reason: string): DppError {
  return new DppError('ERR_DPP_DID_URL_INVALID', `the DID URL cannot be dereferenced: ${reason}`)
}
