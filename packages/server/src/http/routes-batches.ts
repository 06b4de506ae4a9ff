// Batches: run one now, and see how far each has come.
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../app.ts'
import type { Batch } from '../journal/batch-port.ts'
import { assertAdmin } from './admin.ts'
import { queryText } from './body.ts'
import { httpError } from './problem.ts'
import { routeSchema } from './route-schema.ts'

const PAGE = 50
const tag = 'Batches'

export function registerBatchRoutes(app: FastifyInstance, context: AppContext): void {
  const run = {
    tag,
    summary: 'Seal what waits, now',
    description:
      'Answers when the logs are out and the root is recorded; does not wait for the chain.',
    isAdmin: true,
    answers: { 200: 'BatchPage' },
  }
  app.post('/batches', { schema: routeSchema(run) }, async (request) => {
    assertAdmin(request, context.adminTokensSha256)
    await context.batches.runNow()
    return { batches: (await context.journal.batches.list(PAGE)).map(showBatch) }
  })

  const list = {
    tag,
    summary: 'The batches, newest first',
    query: { before: 'A batch id: the page after it.' },
    answers: { 200: 'BatchPage' },
  }
  app.get('/batches', { schema: routeSchema(list) }, async (request) => {
    const before = queryText(request, 'before')
    const cursor = before === undefined ? undefined : parseBatchId(before)
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
    const batch = await context.journal.batches.find(parseBatchId(id))
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

function parseBatchId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw httpError('ERR_DPP_BATCH_UNKNOWN', 'a batch is named by a positive whole number')
}

function showBatch(batch: Batch): { readonly [name: string]: unknown } {
  return batch // Dates become RFC 3339 in JSON.
}
