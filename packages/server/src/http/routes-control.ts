// What the owner of a delegated log has the service do: transfer it, close it. The signatures are the authority.
import { canonicalize } from '@dpp/core'
import { parseHead } from '@dpp/webvh'
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../app.ts'
import { signServiceEntry } from '../batch/service-entry.ts'
import { assertRequest, verifyByController } from '../custody/controller-request.ts'
import { isTransferred, planTransfer } from '../custody/transfer.ts'
import type { Product } from '../journal/log-port.ts'
import { anyObject } from './body.ts'
import { httpError } from './problem.ts'
import { routeSchema } from './route-schema.ts'
import { findProduct, publishNow } from './routes-dids.ts'

const tag = 'Products'
const bodyLimit = 16 * 1024
const params = { scid: 'The SCID of a product.' }

export function registerControlRoutes(app: FastifyInstance, context: AppContext): void {
  const close = {
    tag,
    summary: 'Close a delegated log, for ever',
    description: 'What waits is sealed first; from now on no event is accepted for it.',
    params,
    body: { 'application/json': 'CloseRequest' },
    answers: { 202: 'Closing' },
  }
  app.post(
    '/dids/:scid/close',
    { schema: routeSchema(close), bodyLimit },
    async (request, reply) => {
      const product = await findProduct(context, request)
      assertDelegated(product)
      const body = anyObject(request.body)
      const signed = await verifyByController(context.ingest, product, body)
      const { did, scid } = product
      assertRequest(signed, { type: 'DppCloseRequest', product: did, now: context.now() })
      await context.journal.products.requestClosing(scid, canonicalize(body))
      return reply.code(202).send({ scid, closing: true })
    },
  )

  const transfer = {
    tag,
    summary: 'Transfer a delegated log to another owner',
    description: 'Replaces the controller and the hash of the recovery key in one entry.',
    params,
    body: { 'application/json': 'TransferRequest' },
    answers: { 200: 'Appended', 201: 'Appended' },
  }
  app.post(
    '/dids/:scid/transfer',
    { schema: routeSchema(transfer), bodyLimit },
    async (request, reply) => {
      const product = await findProduct(context, request)
      assertDelegated(product)
      const { scid, item } = product
      const { updateKeys: keys, now } = context
      const head = parseHead(product.head)
      const body = anyObject(request.body)
      if (isTransferred(body, head)) {
        return reply.send({ scid, versionId: head.versionId, control: product.control })
      }
      const plan = planTransfer(body, { head, item, keys, now: now() })
      const entry = await signServiceEntry({ now, sleep }, product, plan)
      const outcome = await context.journal.products.append(entry)
      if (outcome !== 'appended') {
        throw httpError('ERR_DPP_LOG_BUSY', 'a batch is writing this log: try again')
      }
      await publishNow(context, scid, request)
      return reply.code(201).send({ scid, versionId: entry.versionId, control: entry.control })
    },
  )
}

function assertDelegated({ control, did }: Product): void {
  if (control === 'delegated') return
  const code = control === 'closed' ? 'ERR_DPP_PRODUCT_CLOSED' : 'ERR_DPP_LOG_MOVED'
  throw httpError(code, `the service does not write the log of ${did}`)
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}
