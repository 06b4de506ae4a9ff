// What pages follow live: one event until it is published, and the service's batches.
import { isEventDigest } from '@dpp/core'
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../app.ts'
import type { Journal } from '../journal/port.ts'
import { type EventStage, eventStatus } from './event-status.ts'
import { createLiveStreams, LAST_ID, type Look } from './live-streams.ts'
import { httpError } from './problem.ts'
import { routeSchema } from './route-schema.ts'

const FEED_BATCHES = 10
const FEED_LOOK_MS = 900
const lastStages: readonly EventStage[] = ['published', 'failed', 'not-hosted']

export function registerStreamRoutes(app: FastifyInstance, context: AppContext): void {
  const streams = createLiveStreams()
  const lookAtFeed = createFeedLook(context.journal)
  app.addHook('preClose', async () => streams.close())
  const answers = { 200: { mediaType: 'text/event-stream', description: 'Server-sent events.' } }

  const followEvent = {
    tag: 'Events',
    summary: 'Follow an event until it is published',
    description: 'Sends the body of GET /events/{digest} at once and whenever it changes.',
    params: { digest: 'The event digest.' },
    answers: { ...answers, 204: { description: 'The last state was received before.' } },
  }
  const followOptions = { schema: routeSchema(followEvent), exposeHeadRoute: false }
  app.get('/events/:digest/stream', followOptions, async (request, reply) => {
    const { digest } = request.params as { digest: string }
    // HTML, "server-sent events": 204 ends the reconnecting.
    if (request.headers['last-event-id'] === LAST_ID) return reply.code(204).send()
    await streams.follow(reply, async (): Promise<Look> => {
      const state = isEventDigest(digest) ? await eventStatus(context.journal, digest) : undefined
      if (state === undefined)
        throw httpError('ERR_DPP_EVENT_UNKNOWN', 'no such event was accepted')
      return { state, isLast: lastStages.includes(state.stage) }
    })
  })

  const feed = {
    tag: 'Batches',
    summary: 'Follow the batches',
    description: 'The newest batches and how much waits, at once and whenever something changes.',
    answers,
  }
  app.get(
    '/feed',
    { schema: routeSchema(feed), exposeHeadRoute: false },
    async (_request, reply) => {
      await streams.follow(reply, lookAtFeed)
    },
  )
}

// All streams of the feed share one look: counting what waits is not free.
function createFeedLook({ batches, events }: Journal): () => Promise<Look> {
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let last: Promise<Look> | undefined
  async function look(): Promise<Look> {
    const newest = await batches.list(FEED_BATCHES)
    const { deliveries } = await events.backlog()
    return { state: { batches: newest, waiting: deliveries }, isLast: false }
  }
  return async () => {
    const nowMs = performance.now()
    if (last === undefined || nowMs - lookedAtMs >= FEED_LOOK_MS) {
      lookedAtMs = nowMs
      last = look()
    }
    return await last
  }
}
