// Request bodies: JSON as bytes, parsed strictly by whoever needs the value. Fastify's own JSON parser is never used:
// it accepts duplicate names and says nothing about lone surrogates.
import { isDid, isJsonObject, type JsonObject, parseStrict } from '@dpp/core'
import { isScid } from '@dpp/webvh'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { MAX_BODY_BYTES } from './hardening.ts'
import { NDJSON } from './ndjson.ts'
import { httpError } from './problem.ts'

const limits = { maxBytes: MAX_BODY_BYTES, maxMembers: 10_000 }

/** Makes every body arrive as bytes, and refuses media types other than JSON and compressed bodies. */
export function acceptJsonBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/vc', 'application/ld+json', 'application/vc+ld+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      done(compressionError(request), body)
    },
  )
  // Lines are read as they come: the handler gets the stream, and holds a limit of its own.
  app.addContentTypeParser(NDJSON, (request, stream, done) => {
    done(compressionError(request), stream)
  })
}

// A body that grows when it is unpacked is not unpacked at all.
function compressionError(request: FastifyRequest): Error | null {
  const encoding = request.headers['content-encoding']
  if (encoding === undefined || encoding === 'identity') return null
  return httpError('ERR_DPP_HTTP_MEDIA_TYPE', 'compressed bodies are not accepted')
}

/** The bytes of a body. @throws ERR_DPP_HTTP_SCHEMA when there is none */
export function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array && body.length > 0) return body
  throw httpError('ERR_DPP_HTTP_SCHEMA', 'the request has no JSON body')
}

/**
 * A body that is an object of no other members than `names`; what is optional may be absent.
 *
 * @throws ERR_DPP_HTTP_SCHEMA, ERR_DPP_JSON_…
 */
export function bodyObject(body: unknown, names: readonly string[]): JsonObject {
  const value = parseStrict(bodyBytes(body), limits)
  if (!isJsonObject(value) || !Object.keys(value).every((name) => names.includes(name))) {
    throw httpError(
      'ERR_DPP_HTTP_SCHEMA',
      `the body is not an object of no other members than ${names.join(', ')}`,
    )
  }
  return value
}

/** A body that is an object of any members. @throws ERR_DPP_HTTP_SCHEMA, ERR_DPP_JSON_… */
export function anyObject(body: unknown): JsonObject {
  const value = parseStrict(bodyBytes(body), limits)
  if (isJsonObject(value)) return value
  throw httpError('ERR_DPP_HTTP_SCHEMA', 'the body is not an object')
}

/** The text `name` of at most `most` characters. @throws ERR_DPP_HTTP_SCHEMA */
export function textMember(object: JsonObject, name: string, most: number): string {
  const value = object[name]
  if (typeof value === 'string' && value !== '' && value.length <= most) return value
  throw httpError('ERR_DPP_HTTP_SCHEMA', `"${name}" is not a text of 1 to ${most} characters`)
}

/** A query parameter, given once or not at all. @throws ERR_DPP_HTTP_SCHEMA */
export function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as { readonly [name: string]: unknown })[name]
  if (value === undefined || (typeof value === 'string' && value.length <= 256)) return value
  throw httpError('ERR_DPP_HTTP_SCHEMA', `"${name}" is given more than once, or too long`)
}

/** A SCID in the query, or none. @throws ERR_DPP_HTTP_SCHEMA */
export function queryScid(request: FastifyRequest, name: string): string | undefined {
  const value = queryText(request, name)
  if (value === undefined || isScid(value)) return value
  throw httpError('ERR_DPP_HTTP_SCHEMA', `"${name}" is not a SCID`)
}

/** A DID in the query, or none. @throws ERR_DPP_HTTP_SCHEMA */
export function queryDid(request: FastifyRequest, name: string): string | undefined {
  const value = queryText(request, name)
  if (value === undefined || isDid(value)) return value
  throw httpError('ERR_DPP_HTTP_SCHEMA', `"${name}" is not a DID`)
}

/** A list of 1 to `most` texts. @throws ERR_DPP_HTTP_SCHEMA */
export function textList(object: JsonObject, name: string, most: number): readonly string[] {
  const value = object[name]
  const isTexts = Array.isArray(value) && value.every((item) => typeof item === 'string')
  if (isTexts && value.length > 0 && value.length <= most) return value as readonly string[]
  throw httpError('ERR_DPP_HTTP_SCHEMA', `"${name}" is not a list of 1 to ${most} texts`)
}

/** Names the next page of a list, with the query that leads to it; nothing where `last` says that there is none. */
export function nextPage(
  path: string,
  query: { readonly [name: string]: string | undefined },
  last: unknown,
): { readonly next?: string } {
  if (last === undefined) return {}
  const given = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  )
  return { next: `${path}?${new URLSearchParams(given)}` }
}
