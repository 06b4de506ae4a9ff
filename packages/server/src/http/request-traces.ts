// The trace of each request, where traces are kept.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { noRequestTrace, type RequestTrace, type Tracing } from '../observability/tracing.ts'

const traces = new WeakMap<FastifyRequest, RequestTrace>()

// What a machine asks every few seconds is not traced.
const untraced: readonly string[] = ['/healthz', '/readyz', '/metrics']

/** The trace of a request; an empty one where none is kept. */
export function traceOf(request: FastifyRequest): RequestTrace {
  return traces.get(request) ?? noRequestTrace
}

/** Begins a trace with every request, below the sender's own where it is trusted: a stranger's could fill ours with lies. */
export function traceRequests(app: FastifyInstance, tracing: Tracing, trustProxy: boolean): void {
  if (!tracing.isOn) return
  app.addHook('onRequest', async (request) => {
    if (untraced.includes(request.routeOptions.url ?? '')) return
    const parent = trustProxy ? request.headers['traceparent'] : undefined
    const header = typeof parent === 'string' ? parent : undefined
    traces.set(request, tracing.request(request.method, header))
  })
  app.addHook('onResponse', async (request, reply) => {
    traceOf(request).end(request.routeOptions.url ?? 'none', reply.statusCode)
  })
}
