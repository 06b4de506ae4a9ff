// What the service is, whether it lives, whether it is fit for work, and its figures.
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../app.ts'
import { httpError } from './problem.ts'
import { routeSchema } from './route-schema.ts'

const tag = 'Service'

export function registerServiceRoutes(app: FastifyInstance, context: AppContext): void {
  const describe = { tag, summary: 'What the service is and allows', answers: { 200: 'Service' } }
  app.get('/service', { schema: routeSchema(describe) }, async () => context.service)

  const lives = { tag, summary: 'Whether it lives', answers: { 200: 'Status' } }
  app.get('/healthz', { schema: routeSchema(lives) }, async () => ({ status: 'ok' }))

  // Ready: the queue takes writes, and no batch has waited too long for its anchor.
  const isReady = { tag, summary: 'Whether it is fit for work', answers: { 200: 'Status' } }
  app.get('/readyz', { schema: routeSchema(isReady) }, async () => {
    await context.journal.probe()
    const { oldest_batch_age_seconds: ageSeconds } = await readGauges(context)
    if (ageSeconds > context.maxAnchorAgeSeconds) {
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
    answers: { 200: { mediaType: 'text/plain', description: 'The text format 0.0.4.' } },
  }
  app.get('/metrics', { schema: routeSchema(metrics) }, async (_request, reply) => {
    const text = context.metrics.format(await readGauges(context))
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text)
  })
}

async function readGauges({ journal, now, clockOffsetSeconds }: AppContext): Promise<{
  deliveries_waiting: number
  oldest_delivery_age_seconds: number
  batches_open: number
  oldest_batch_age_seconds: number
  clock_offset_seconds: number
}> {
  const [{ deliveries, oldest }, open] = await Promise.all([
    journal.events.backlog(),
    journal.batches.open(),
  ])
  const ageSeconds = (time: Date | undefined): number =>
    time === undefined ? 0 : Math.max(0, Math.round((now().getTime() - time.getTime()) / 1000))
  return {
    deliveries_waiting: deliveries,
    oldest_delivery_age_seconds: ageSeconds(oldest),
    batches_open: open.length,
    oldest_batch_age_seconds: ageSeconds(open[0]?.createdAt),
    clock_offset_seconds: clockOffsetSeconds(),
  }
}
