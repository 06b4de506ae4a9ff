// Batches: run one now, and see how far each has come.
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../app.ts'
import type { Batch } from '../journal/batch-port.ts'
import { assertAdmin } from './admin.ts'
import { queryText } from './body.ts'
import { httpError } from './problem.ts'

const PAGE = 50

export function registerBatchRoutes(app: FastifyInstance, context: AppContext): void {
  app.post('/batches', async (request) => {
    assertAdmin(request, context.adminTokensSha256)
    await context.batches.runNow()
    return { batches: (await context.journal.batches.list(PAGE)).map(showBatch) }
  })

  app.get('/batches', async (request) => {
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

  app.get('/batches/:id', async (request) => {
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
