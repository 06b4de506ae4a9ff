// Request bodies: JSON as bytes, parsed strictly by whoever needs the value. Fastify's own JSON parser is never used:
// it accepts duplicate names and says nothing about lone surrogates.
import { type Json, type JsonObject, parseStrict } from '@dpp/core'
import type { FastifyInstance } from 'fastify'
import { MAX_BODY_BYTES } from './hardening.ts'
import { httpError } from './problem.ts'

const limits = { maxBytes: MAX_BODY_BYTES, maxMembers: 1_000_000 }

/** Makes every body arrive as bytes, and refuses media types other than JSON and compressed bodies. */
export function acceptJsonBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/vc', 'application/ld+json', 'application/vc+ld+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      // A body that grows when it is unpacked is not unpacked at all.
      const encoding = request.headers['content-encoding']
      if (encoding !== undefined && encoding !== 'identity') {
        done(httpError('ERR_DPP_HTTP_MEDIA_TYPE', 'compressed bodies are not accepted'))
      } else done(null, body)
    },
  )
}

/** The bytes of a body. @throws ERR_DPP_HTTP_SCHEMA when there is none */
export function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array && body.length > 0) return body
  throw httpError('ERR_DPP_HTTP_SCHEMA', 'the request has no JSON body')
}

/**
 * The one member `name` of a body that is an object with nothing else.
 *
 * @throws ERR_DPP_HTTP_SCHEMA, ERR_DPP_JSON_…
 */
export function bodyMember(body: unknown, name: string): Json {
  const value = parseStrict(bodyBytes(body), limits)
  if (!isOnlyMember(value, name)) {
    throw httpError(
      'ERR_DPP_HTTP_SCHEMA',
      `the body is not an object with the member "${name}" alone`,
    )
  }
  return value[name] as Json
}

/** A list of 1 to `most` texts. @throws ERR_DPP_HTTP_SCHEMA */
export function textList(value: Json, name: string, most: number): readonly string[] {
  const isTexts = Array.isArray(value) && value.every((item) => typeof item === 'string')
  if (isTexts && value.length > 0 && value.length <= most) return value as readonly string[]
  throw httpError('ERR_DPP_HTTP_SCHEMA', `"${name}" is not a list of 1 to ${most} texts`)
}

export function isOnlyMember(value: Json, name: string): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length === 1 &&
    Object.hasOwn(value, name)
  )
}
