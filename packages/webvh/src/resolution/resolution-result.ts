// The result of a DID resolution (DID Resolution v1, did:webvh v1.0 "Read (Resolve)"): metadata and problem details.
import type { JsonObject } from '@dpp/core'
import { isOpen } from '../log/head.ts'
import type { LogReport, LogVersion } from '../log/log.ts'

/** What a resolution answers; plain JSON. Exactly one of a document, a deactivation or an error is there. */
export type ResolutionResult = {
  readonly didDocument: JsonObject | null
  readonly didDocumentMetadata: DocumentMetadata | Record<string, never>
  readonly didResolutionMetadata: ResolutionMetadata
}

/** Metadata of a document. Integers are strings, because DID Resolution has no integers in metadata. */
export type DocumentMetadata = {
  readonly versionId: string
  readonly versionTime: string
  readonly created: string
  readonly updated: string
  readonly scid: string
  readonly portable: boolean
  readonly deactivated: boolean
  readonly ttl: string
  readonly witness:
    | { readonly threshold: string; readonly witnesses: readonly { readonly id: string }[] }
    | Record<string, never>
  readonly watchers: readonly string[]
}

/** What the resolution itself met (DID Resolution, "DID Resolution Metadata"); `error` on failure. */
export type ResolutionMetadata = {
  readonly contentType?: 'application/did'
  /** `notFound` and `invalidDid` as the method says; `internalError` when something could not be reached. */
  readonly error?: 'notFound' | 'invalidDid' | 'internalError'
  readonly problemDetails?: ProblemDetails
  readonly deactivated?: true
  /** `false` when no key can update the DID any more. */
  readonly updatable?: false
  /** What the specification asks to warn of, by stable name. */
  readonly warnings?: readonly string[]
}

/** RFC 9457 problem details. `code` is this package's error code; no stack, path or version is ever in it. */
export type ProblemDetails = {
  readonly type: string
  readonly title: string
  readonly detail: string
  readonly code: string
}

/** The result for one verified version of a log. */
export function succeed(version: LogVersion, report: LogReport): ResolutionResult {
  const last = report.head ?? version.head
  const { deactivated, portable, ttl, witness, watchers } = last.parameters
  const warnings = findWarnings(version)
  return {
    // "a resolver MUST NOT return the DIDDoc" once the DID is deactivated; earlier versions stay available.
    didDocument: version.parameters.deactivated ? null : version.document,
    didDocumentMetadata: {
      versionId: version.versionId,
      versionTime: version.entry.versionTime,
      created: last.created,
      updated: last.updated,
      scid: last.scid,
      portable,
      deactivated,
      ttl: String(ttl),
      witness: witness === undefined ? {} : { ...witness, threshold: String(witness.threshold) },
      watchers,
    },
    didResolutionMetadata: {
      contentType: 'application/did',
      ...(deactivated && { deactivated }),
      ...(!isOpen(last) && { updatable: false }),
      ...(warnings.length > 0 && { warnings }),
    },
  }
}

/** The result for a failure. */
export function failWith(error: {
  readonly code: string
  readonly message: string
}): ResolutionResult {
  const kind = errorKind(error.code)
  return {
    didDocument: null,
    didDocumentMetadata: {},
    didResolutionMetadata: { error: kind, problemDetails: describe(error, kind) },
  }
}

/** The result for a version, or a log, that does not exist. */
export function notFound(message: string): ResolutionResult {
  return failWith({ code: 'ERR_DPP_FETCH_NOT_FOUND', message })
}

function errorKind(code: string): 'notFound' | 'invalidDid' | 'internalError' {
  if (code === 'ERR_DPP_FETCH_NOT_FOUND') return 'notFound'
  // An outage says nothing about the DID: it is never reported as an invalid one.
  return code.startsWith('ERR_DPP_FETCH_') ? 'internalError' : 'invalidDid'
}

// The error types of DID Resolution, with a title for each.
const problems = {
  notFound: ['NOT_FOUND', 'The DID or the version that was asked for does not exist.'],
  invalidDid: ['INVALID_DID', 'The DID or its log is invalid.'],
  internalError: ['INTERNAL_ERROR', 'The DID could not be resolved.'],
} as const

function describe(
  { code, message }: { code: string; message: string },
  kind: keyof typeof problems,
): ProblemDetails {
  const [type, title] = problems[kind]
  return { type: `https://www.w3.org/ns/did#${type}`, title, detail: message, code }
}

function findWarnings({ versionNumber, entry: { parameters } }: LogVersion): string[] {
  const warnings: string[] = []
  // "Resolvers SHOULD warn if portable is omitted from the first entry."
  if (versionNumber === 1 && parameters['portable'] === undefined) warnings.push('portable-omitted')
  if (Object.values(parameters).includes(null)) warnings.push('null-parameter')
  return warnings
}
