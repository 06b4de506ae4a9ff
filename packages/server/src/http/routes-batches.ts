// Batches: run one now, and see how far each has come.
import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../app.ts'
import type { Batch } from '../journal/batch-port.ts'
import { describeError } from '../logger.ts'
import { assertAdmin } from './admin.ts'
import { queryText } from './body.ts'
import { httpError } from './problem.ts'
import { routeSchema } from './route-schema.ts'

const PAGE = 50
const MAX_WAIT_SECONDS = 20
const tag = 'Batches'

export function registerBatchRoutes(app: FastifyInstance, context: AppContext): void {
  const run = {
    tag,
    summary: 'Seal what waits, now',
    description:
      'Answers 200 when the logs are out and the root is recorded; does not wait for the chain. A batch that takes longer than 20 s goes on behind a 202.',
    isAdmin: true,
    headers: { prefer: 'RFC 7240: `respond-async`, or `wait=` with fewer seconds than 20.' },
    answers: { 200: 'BatchPage', 202: 'BatchPage' },
  }
  app.post('/batches', { schema: routeSchema(run) }, async (request, reply) => {
    assertAdmin(request, context.adminTokensSha256)
    const isDone = await doneWithin(context.batches.runNow(), waitMs(request.headers), (error) => {
      const fields = { event: 'http.request_failed', error: describeError(error) }
      request.log.error(fields, 'the batch that was asked for stopped; it begins again')
    })
    const batches = (await context.journal.batches.list(PAGE)).map(showBatch)
    if (isDone) return { batches }
    return await reply
      .code(202)
      .header('location', '/batches')
      .header('retry-after', 1)
      .send({ batches })
  })

  const list = {
    tag,
    summary: 'The batches, newest first',
    query: { before: 'A batch id: the page after it.' },
    answers: { 200: 'BatchPage' },
  }
  app.get('/batches', { schema: routeSchema(list) }, async (request) => {
    const before = queryText(request, 'before')
    const cursor = before === undefined ? undefined : batchIdOf(before)
    if (before !== undefined && cursor === undefined) {
      throw httpError('ERR_DPP_HTTP_SCHEMA', '"before" is not a batch id')
    }
    const batches = await context.journal.batches.list(PAGE, cursor)
    const last = batches.at(-1)
    return {
      batches: batches.map(showBatch),
      ...(batches.length === PAGE && last !== undefined
        ? { next: `/batches?before=${last.id}` }
        : {}),
    }
  })

  const show = {
    tag,
    summary: 'One batch, with its anchor',
    params: { id: 'A batch id.' },
    answers: { 200: 'Batch' },
  }
  app.get('/batches/:id', { schema: routeSchema(show) }, async (request) => {
    const { id } = request.params as { id: string }
    const number = batchIdOf(id)
    const batch = number === undefined ? undefined : await context.journal.batches.find(number)
    if (batch === undefined) throw httpError('ERR_DPP_BATCH_UNKNOWN', 'there is no such batch')
    const anchor =
      batch.root === undefined ? undefined : await context.journal.anchors.load(batch.root)
    return {
      ...showBatch(batch),
      ...(anchor === undefined
        ? {}
        : { anchor: { ...anchor, transactions: anchor.transactions.map(({ hash }) => hash) } }),
    }
  })
}

// Whether the work ends in time. When it does not, it goes on, and its failure is told to `onFailure`.
async function doneWithin(
  work: Promise<void>,
  ms: number,
  onFailure: (error: unknown) => void,
): Promise<boolean> {
  const timeout = new AbortController()
  const tooLong = setTimeout(ms, false, { signal: timeout.signal }).catch(() => false)
  const isDone = await Promise.race([work.then(() => true), tooLong]).finally(() => timeout.abort())
  if (!isDone) work.catch(onFailure)
  return isDone
}

// RFC 7240 §4.1, §4.3. Proxies, and this server, close connections on which nothing moves for long.
function waitMs({ prefer }: IncomingHttpHeaders): number {
  const text = String(prefer ?? '')
  if (/(^|[\s,])respond-async($|[\s,;])/i.test(text)) return 0
  const [, seconds] = /(?:^|[\s,])wait\s*=\s*"?(\d{1,6})/i.exec(text) ?? []
  return 1000 * Math.min(Number(seconds ?? MAX_WAIT_SECONDS), MAX_WAIT_SECONDS)
}

function batchIdOf(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}

function showBatch(batch: Batch): { readonly [name: string]: unknown } {
  return batch // Dates become RFC 3339 in JSON.
}
