// What a route says about itself, for the OpenAPI document: written beside the route, so that neither is changed alone.

type Schema = { readonly [keyword: string]: unknown }

/** The part of Fastify's route schema that is used here. */
export type RouteSchema = {
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly security?: readonly { readonly [scheme: string]: readonly string[] }[]
  readonly params?: Schema
  readonly querystring?: Schema
  readonly headers?: Schema
  readonly body?: Schema
  readonly response: { readonly [status: string]: Schema }
}

export type RouteText = {
  readonly tag: string
  readonly summary: string
  readonly description?: string
  /** Needs a bearer token where tokens are configured. */
  readonly isAdmin?: boolean
  /** Parameters of the path, each with its meaning. */
  readonly params?: { readonly [name: string]: string }
  /** Parameters of the query, all optional. */
  readonly query?: { readonly [name: string]: string }
  readonly headers?: { readonly [name: string]: string }
  /** Body schemas by media type: names of `bodySchemas`. */
  readonly body?: { readonly [mediaType: string]: string }
  /** Answers by status: the name of a body schema, or a media type and what it holds. */
  readonly answers: { readonly [status: string]: Answer }
}

type Answer = string | { readonly mediaType?: string; readonly description: string }

/** Makes the schema of a route. Every route may also answer with a problem document. */
export function routeSchema(text: RouteText): RouteSchema {
  const { tag, summary, description, isAdmin, params, query, headers, body, answers } = text
  return {
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(isAdmin === true ? { security: [{ token: [] }] } : {}),
    ...(params === undefined ? {} : { params: textParameters(params, Object.keys(params)) }),
    ...(query === undefined ? {} : { querystring: textParameters(query, []) }),
    ...(headers === undefined ? {} : { headers: textParameters(headers, []) }),
    ...(body === undefined ? {} : { body: { content: mapValues(body, contentOf) } }),
    response: { ...mapValues(answers, answerOf), ...problems },
  }
}

const problem = { 'application/problem+json': { schema: { $ref: 'Problem#' } } }
const problems = {
  '4xx': { description: 'Refused; `code` says why.', content: problem },
  '5xx': { description: 'Not done, and nothing was promised; try again.', content: problem },
}

function answerOf(answer: Answer): Schema {
  if (typeof answer === 'string') {
    return { description: answer, content: { 'application/json': contentOf(answer) } }
  }
  const { description, mediaType } = answer
  // An answer without a body, such as a redirect: Fastify wants a type all the same.
  if (mediaType === undefined) return { description, type: 'null' }
  return { description, content: { [mediaType]: { schema: { type: 'string' } } } }
}

function contentOf(name: string): { readonly schema: Schema } {
  return { schema: { $ref: `${name}#` } }
}

function textParameters(meanings: { readonly [name: string]: string }, required: string[]): Schema {
  return {
    type: 'object',
    properties: mapValues(meanings, (description) => ({ type: 'string', description })),
    required,
  }
}

function mapValues<Value, Result>(
  object: { readonly [name: string]: Value },
  map: (value: Value) => Result,
): { readonly [name: string]: Result } {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]))
}
