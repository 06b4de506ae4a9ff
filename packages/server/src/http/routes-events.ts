// Events: posted one by one or as a list, and asked about by digest.
import { Readable } from 'node:stream'
import { isEventDigest } from '@dpp/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AppContext } from '../app.ts'
import { type EventOutcome, ingest } from '../ingest/ingest.ts'
import { secondsLeftOfDay } from '../ingest/issuer-quota.ts'
import { EVENT_LIMITS } from '../ingest/parse-posted.ts'
import { describeError } from '../logger.ts'
import type { Metrics } from '../observability/metrics.ts'
import { MAX_EVENTS_PER_STREAM } from '../service-description.ts'
import { eventKey } from '../storage-keys.ts'
import { assertAdmin } from './admin.ts'
import { bodyBytes, nextPage, queryDid, queryScid, queryText } from './body.ts'
import { eventList } from './event-list.ts'
import { eventStatus } from './event-status.ts'
import { lineGroups, NDJSON, resultLines } from './ndjson.ts'
import { httpError, sendProblem, toProblem } from './problem.ts'
import { traceOf } from './request-traces.ts'
import { routeSchema } from './route-schema.ts'

export function registerEventRoutes(app: FastifyInstance, context: AppContext): void {
  async function take(
    request: FastifyRequest,
    posted: readonly Uint8Array[],
    audience: string | undefined,
  ): Promise<readonly EventOutcome[]> {
    const trace = traceOf(request)
    const outcomes = await trace.step('ingest', () =>
      ingest({ ...context.ingest, audience }, posted),
    )
    if (context.tracing.isOn) trace.accepted(newDigests(outcomes))
    countOutcomes(context.metrics, outcomes)
    return outcomes
  }

  const post = {
    tag,
    summary: 'Post signed events',
    description:
      'One event, a list, or a stream of lines. The answer is the receipt; for several, a result for each. All events of a list name at most `productsPerRequest` products, as `GET /service` says.',
    query: { audience: 'Who alone may read them; not signed. Absent: everybody.' },
    body: {
      'application/vc': 'Event',
      'application/json': 'PostedEvents',
      [NDJSON]: 'Event',
    },
    answers: { 200: 'EventAnswer', 201: 'EventAnswer' },
  }
  app.post('/events', { schema: routeSchema(post) }, async (request, reply) => {
    const audience = queryText(request, 'audience')
    if (audience !== undefined && !Object.hasOwn(context.audiences, audience)) {
      throw httpError('ERR_DPP_HTTP_SCHEMA', 'there is no such audience here')
    }
    if (request.body instanceof Readable) {
      const groups = lineGroups(request.body, LINE_LIMITS)
      let isFirst = true
      async function takeGroup(group: readonly Uint8Array[]): Promise<readonly EventOutcome[]> {
        // A stream is many requests in one: each group counts as one.
        if (!isFirst && !context.addressLimit(request.ip, 1)) {
          throw httpError('ERR_DPP_HTTP_RATE_LIMITED', 'too many requests from this address')
        }
        isFirst = false
        return await take(request, group, audience)
      }
      const lines = resultLines(groups, takeGroup, (error) => {
        if (toProblem(error).status < 500) return
        const fields = { event: 'http.stream_failed', error: describeError(error) }
        request.log.error(fields, 'stream of events broken off')
      })
      return reply.type(NDJSON).send(Readable.from(lines))
    }
    const body = bodyBytes(request.body)
    const list = eventList(body)
    const outcomes = await take(request, list ?? [body], audience)
    if (list !== undefined) return sendMany(reply, outcomes)
    const [outcome] = outcomes
    if (outcome === undefined) throw new Error('bug in dpp: no outcome for an event')
    if (outcome.kind === 'refused') {
      if (outcome.error.code === 'ERR_DPP_EVENT_QUOTA') {
        reply.header('retry-after', secondsLeftOfDay(context.now()))
      }
      return sendProblem(reply, toProblem(outcome.error))
    }
    // The receipt is its stored text, never parsed and written again: byte-identical each time.
    return reply.code(statusOf(outcome)).type('application/json').send(outcome.receipt)
  })

  // A list of all events would show which products are how busy: for the operator alone.
  const list = {
    tag,
    summary: 'Accepted events, newest first',
    isAdmin: true,
    query: {
      before: 'An event digest: those accepted before it.',
      issuer: 'Those of this DID alone.',
      product: 'Those that name the product with this SCID alone.',
    },
    answers: { 200: 'EventPage' },
  }
  app.get('/events', { schema: routeSchema(list) }, async (request) => {
    assertAdmin(request, context.adminTokensSha256)
    const before = queryText(request, 'before')
    if (before !== undefined && !isEventDigest(before)) {
      throw httpError('ERR_DPP_HTTP_SCHEMA', '"before" is not an event digest')
    }
    // Nothing comes before what is not there; the first page once more would be read for ever.
    if (before !== undefined && !(await context.journal.events.deliveries(before))) {
      throw unknownEvent()
    }
    const filter = { issuer: queryDid(request, 'issuer'), product: queryScid(request, 'product') }
    const events = await context.journal.events.recent(PAGE, before, filter)
    const last = events.length === PAGE ? events.at(-1) : undefined
    return { events, ...nextPage('/events', { ...filter, before: last?.digest }, last) }
  })

  const show = {
    tag,
    summary: 'How far an event has come',
    params: { digest: 'The event digest.' },
    answers: { 200: 'EventStatus' },
  }
  app.get('/events/:digest', { schema: routeSchema(show) }, async (request) => {
    const { digest } = request.params as { digest: string }
    const status = isEventDigest(digest) ? await eventStatus(context.journal, digest) : undefined
    if (status === undefined) throw unknownEvent()
    return status
  })

  const erase = {
    tag,
    summary: 'Erase the content of an event',
    description: 'Its digest stays in the logs and is anchored; verifiers say that it is withheld.',
    isAdmin: true,
    params: { digest: 'The event digest.' },
    answers: { 200: 'Erased' },
  }
  app.delete('/events/:digest/content', { schema: routeSchema(erase) }, async (request) => {
    assertAdmin(request, context.adminTokensSha256)
    const { digest } = request.params as { digest: string }
    if (!isEventDigest(digest)) throw unknownEvent()
    return await eraseContent(context, digest)
  })
}

// The journal first, so that no batch publishes it any more; then the file. Between batches, because one that runs may
// have read the content already.
async function eraseContent(context: AppContext, digest: string): Promise<object> {
  const { journal, store, batches, now } = context
  const file = eventKey(digest)
  return await batches.betweenBatches(async () => {
    if (!(await journal.events.erase(digest, now()))) throw unknownEvent()
    await store.remove?.(file)
    const removed = store.remove !== undefined || (await store.read(file)) === undefined
    return { digest, content: 'erased', file: `/${file}`, removed }
  })
}

function unknownEvent(): Error {
  return httpError('ERR_DPP_EVENT_UNKNOWN', 'no such event was accepted')
}

// The same event twice in one request is one event.
function newDigests(outcomes: readonly EventOutcome[]): readonly string[] {
  return [...new Set(outcomes.flatMap((o) => (o.kind === 'stored' ? [o.digest] : [])))]
}

function countOutcomes(metrics: Metrics, outcomes: readonly EventOutcome[]): void {
  const counts = { stored: 0, known: 0, refused: 0 }
  for (const outcome of outcomes) {
    counts[outcome.kind] += 1
    if (outcome.kind === 'refused') metrics.eventRefused(outcome.error.code)
  }
  for (const kind of ['stored', 'known', 'refused'] as const) {
    metrics.eventsReceived(kind, counts[kind])
  }
}

const PAGE = 100
const tag = 'Events'
const LINE_LIMITS = {
  maxLineBytes: EVENT_LIMITS.maxBytes,
  maxLines: MAX_EVENTS_PER_STREAM,
  maxGroup: 200,
  // Fewer products than a request may name, for the name of one has 61 bytes at least; their receipt is not too large either.
  maxGroupBytes: 512 * 1024,
}

// Receipts are embedded as their stored text. Each result points to its receipt or says why there is none. The same
// request again gets the same body, byte for byte: only the status tells new from known.
function sendMany(reply: FastifyReply, outcomes: readonly EventOutcome[]): FastifyReply {
  const receipts = [...new Set(outcomes.flatMap((o) => (o.kind === 'refused' ? [] : [o.receipt])))]
  const results = outcomes.map((outcome) => {
    if (outcome.kind !== 'refused') {
      const { digest, receipt } = outcome
      return { digest, receipt: receipts.indexOf(receipt) }
    }
    const { status, code, detail } = toProblem(outcome.error)
    return { status, ...(outcome.digest ? { digest: outcome.digest } : {}), code, detail }
  })
  const body = `{"results":${JSON.stringify(results)},"receipts":[${receipts.join(',')}]}`
  return reply.code(overallStatus(outcomes)).type('application/json').send(body)
}

// 201 when something is new, 200 when all is known; when nothing was accepted, the first refusal's status.
function overallStatus(outcomes: readonly EventOutcome[]): number {
  if (outcomes.some(({ kind }) => kind === 'stored')) return 201
  if (outcomes.some(({ kind }) => kind === 'known')) return 200
  const [first] = outcomes
  return first?.kind === 'refused' ? toProblem(first.error).status : 400
}

function statusOf({ kind }: EventOutcome): number {
  return kind === 'stored' ? 201 : 200
}
