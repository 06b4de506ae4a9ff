// The HTTP interface as a Fastify app that does not listen: `main.ts` does, tests inject.
import type { Store } from '@dpp/anchor'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { BatchRunner } from './batch/runner.ts'
import type { UpdateKeys } from './custody/update-keys.ts'
import { acceptJsonBytes } from './http/body.ts'
import { hardenedOptions, refuseMalformedRequests } from './http/hardening.ts'
import { describeRoutes, registerReference } from './http/openapi.ts'
import { httpError, sendProblem, toProblem } from './http/problem.ts'
import type { RateLimit } from './http/rate-limit.ts'
import { createRequestIds } from './http/request-id.ts'
import { traceRequests } from './http/request-traces.ts'
import { registerBatchRoutes } from './http/routes-batches.ts'
import { registerControlRoutes } from './http/routes-control.ts'
import { registerDidRoutes } from './http/routes-dids.ts'
import { registerDigitalLinks } from './http/routes-digital-link.ts'
import { registerEventRoutes } from './http/routes-events.ts'
import { registerPassportRoutes } from './http/routes-passport.ts'
import { registerPublicFiles } from './http/routes-public-files.ts'
import { registerServiceRoutes } from './http/routes-service.ts'
import { registerStreamRoutes } from './http/routes-streams.ts'
import type { IngestContext } from './ingest/ingest.ts'
import type { Journal } from './journal/port.ts'
import { describeError } from './logger.ts'
import type { Metrics } from './observability/metrics.ts'
import type { ReadingContext } from './observability/readings.ts'
import type { Tracing } from './observability/tracing.ts'
import type { ServiceDescription } from './service-description.ts'
import type { ServiceIdentity } from './service-identity/service-identity.ts'

/** What the routes work with. */
export type AppContext = {
  readonly journal: Journal
  readonly store: Store
  readonly ingest: IngestContext
  readonly updateKeys: UpdateKeys
  readonly batches: BatchRunner
  readonly service: ServiceDescription
  readonly identity: ServiceIdentity
  /** SHA-256 of the bearer tokens for registration and administration; empty: open. */
  readonly adminTokensSha256: readonly string[]
  /** Requests that write, per address. */
  readonly addressLimit: RateLimit
  readonly metrics: Metrics
  readonly tracing: Tracing
  /** What a scrape and `/readyz` read. */
  readonly readings: ReadingContext
  /** Where people look at a product, with `{did}` in it. */
  readonly pageUrl: string | undefined
  /** Audiences of restricted events: SHA-256 of their readers' tokens, by name. */
  readonly audiences: { readonly [name: string]: readonly string[] }
  /** The service was told to end: it still answers, but wants no further requests. */
  readonly isDraining: () => boolean
  readonly now: () => Date
}

export type AppOptions = {
  readonly loggerInstance: FastifyBaseLogger
  readonly trustProxy: boolean
}

/** Builds the app. The caller listens and closes. */
export function createApp(context: AppContext, options: AppOptions): FastifyInstance {
  const app = Fastify({
    ...hardenedOptions,
    ...options,
    genReqId: createRequestIds(options.trustProxy),
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, toProblem(error)),
  })
  refuseMalformedRequests(app)
  acceptJsonBytes(app)
  app.setNotFoundHandler((_request, reply) => {
    const error = httpError('ERR_DPP_HTTP_NOT_FOUND', 'there is nothing at this path')
    return sendProblem(reply, toProblem(error))
  })
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error)
    // Fastify would end the connection while the client still sends, which then sees a reset instead of the answer. The rest
    // of the body is thrown away, as after every other refusal, for as long as a request may last.
    if (problem.status === 413 || problem.status === 415) {
      if (!context.isDraining()) reply.removeHeader('connection')
      request.raw.resume()
    }
    if (problem.status >= 500) {
      const fields = { event: 'http.request_failed', error: describeError(error) }
      request.log.error(fields, 'request failed')
    }
    return sendProblem(reply, problem)
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    if (context.isDraining()) reply.header('connection', 'close')
    if (!writes.includes(request.method) || context.addressLimit(request.ip, 1)) return
    throw httpError('ERR_DPP_HTTP_RATE_LIMITED', 'too many requests from this address')
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request
    const route = request.routeOptions.url ?? 'none'
    const status = reply.statusCode
    const seconds = reply.elapsedTime / 1000
    context.metrics.requestAnswered({ method, route, status, seconds })
    const fields = { event: 'http.request', method, route, status, ms: reply.elapsedTime }
    request.log.debug(fields, 'request answered')
    done()
  })
  traceRequests(app, context.tracing, options.trustProxy)
  describeRoutes(app)
  // After the description has loaded: it sees only what comes after it.
  app.register(async (routes) => {
    registerEventRoutes(routes, context)
    registerStreamRoutes(routes, context)
    registerDidRoutes(routes, context)
    registerControlRoutes(routes, context)
    registerPassportRoutes(routes, context)
    registerDigitalLinks(routes, context)
    registerBatchRoutes(routes, context)
    registerServiceRoutes(routes, context)
    registerPublicFiles(routes, context)
    registerReference(routes)
  })
  return app
}

const writes: readonly string[] = ['POST', 'PUT', 'DELETE']
