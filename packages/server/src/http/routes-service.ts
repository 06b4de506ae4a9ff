// What the service is, whether it lives, whether it is fit for work, and its figures.
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../app.ts'
import { oldestBatchAgeSeconds, readGauges } from '../observability/readings.ts'
import { httpError } from './problem.ts'
import { routeSchema } from './route-schema.ts'

const tag = 'Service'

export function registerServiceRoutes(app: FastifyInstance, context: AppContext): void {
  const describe = { tag, summary: 'What the service is and allows', answers: { 200: 'Service' } }
  app.get('/service', { schema: routeSchema(describe) }, async () => {
    const { did, signer } = await context.identity.current()
    return { ...context.service, did, receiptVerificationMethod: signer.verificationMethod }
  })

  const lives = { tag, summary: 'Whether it lives', answers: { 200: 'Status' } }
  app.get('/healthz', { schema: routeSchema(lives) }, async () => ({ status: 'ok' }))

  // Ready: the service is not about to end, the queue takes writes, no batch has waited too long for its anchor.
  const isReady = { tag, summary: 'Whether it is fit for work', answers: { 200: 'Status' } }
  app.get('/readyz', { schema: routeSchema(isReady) }, async () => {
    if (context.isDraining()) {
      throw httpError('ERR_DPP_HTTP_UNAVAILABLE', 'the service is about to end')
    }
    await context.journal.probe()
    const ageSeconds = await oldestBatchAgeSeconds(context.readings)
    if (ageSeconds > context.readings.maxAnchorAgeSeconds) {
      throw httpError(
        'ERR_DPP_HTTP_UNAVAILABLE',
        `a batch waits for its anchor since ${ageSeconds} s`,
      )
    }
    return { status: 'ready' }
  })

  const metrics = {
    tag,
    summary: 'Figures for Prometheus',
    answers: {
      200: {
        mediaType: 'text/plain',
        description: 'The text format 0.0.4, or OpenMetrics 1.0 where it is asked for.',
      },
    },
  }
  app.get('/metrics', { schema: routeSchema(metrics) }, async (request, reply) => {
    const readings = await readGauges(context.readings)
    // Prometheus asks for OpenMetrics first. There a counter's name is the one without _total.
    const isOpen = request.headers.accept?.includes('application/openmetrics-text') ?? false
    const text = await context.metrics.format(readings, isOpen ? 'openmetrics' : 'text')
    return reply.type(isOpen ? OPENMETRICS : TEXT).send(text)
  })
}

const TEXT = 'text/plain; version=0.0.4; charset=utf-8'
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'
