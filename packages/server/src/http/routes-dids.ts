// Product DIDs: the hashes of the service's first keys, registration of a signed genesis, and how a product stands.
import { encodeUtf8 } from '@dpp/core'
import { isScid, parseHead } from '@dpp/webvh'
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../app.ts'
import { growLog } from '../batch/grow-log.ts'
import { parseGenesis } from '../custody/genesis.ts'
import { describeError } from '../logger.ts'
import { MAX_KEYS_PER_REQUEST } from '../service-description.ts'
import { logKey } from '../storage-keys.ts'
import { assertAdmin } from './admin.ts'
import { bodyMember, textList } from './body.ts'
import { httpError } from './problem.ts'

const MAX_ITEM_CHARACTERS = 2048
const MAX_GENESIS_BYTES = 64 * 1024

export function registerDidRoutes(app: FastifyInstance, context: AppContext): void {
  app.post('/dids/keys', async (request) => {
    assertAdmin(request, context.adminTokensSha256)
    const items = textList(
      bodyMember(request.body, 'alsoKnownAs'),
      'alsoKnownAs',
      MAX_KEYS_PER_REQUEST,
    )
    return { keys: items.map((item) => firstKey(context, item)) }
  })

  app.post('/dids', async (request, reply) => {
    assertAdmin(request, context.adminTokensSha256)
    const log = bodyMember(request.body, 'log')
    if (typeof log !== 'string' || encodeUtf8(log).length > MAX_GENESIS_BYTES) {
      throw httpError(
        'ERR_DPP_HTTP_SCHEMA',
        `"log" is not a text of at most ${MAX_GENESIS_BYTES} bytes`,
      )
    }
    const { product, entry } = parseGenesis(log, {
      domain: context.service.domain,
      updateKeys: context.updateKeys,
      now: context.now(),
    })
    const added = await context.journal.products.add(product, entry)
    if (added === 'taken') {
      throw httpError('ERR_DPP_PRODUCT_EXISTS', `another log is registered for ${product.item}`)
    }
    // Published at once, so that the DID resolves. Should this fail, the next batch publishes it.
    await growLog(context.store, logKey(product.scid), entry.line).catch((error: unknown) => {
      request.log.warn(
        { scid: product.scid, error: describeError(error) },
        'genesis not yet published',
      )
    })
    const { did, scid } = product
    return reply
      .code(added === 'added' ? 201 : 200)
      .send({ did, scid, versionId: entry.versionId, control: product.control })
  })

  app.get('/dids/:scid', async (request) => {
    const { scid } = request.params as { scid: string }
    const product = isScid(scid) ? await context.journal.products.find(scid) : undefined
    if (product === undefined)
      throw httpError('ERR_DPP_PRODUCT_UNKNOWN', 'no such product is hosted here')
    const head = parseHead(product.head)
    return {
      did: product.did,
      scid,
      control: product.control,
      controller: product.controller,
      versionId: head.versionId,
      versionTime: head.updated,
      waiting: await context.journal.events.waiting(scid),
      ...(product.suspended === undefined ? {} : { suspended: product.suspended }),
    }
  })
}

// The service signs entry 2 first: the owner's genesis commits to its key.
function firstKey(context: AppContext, item: string): { alsoKnownAs: string; nextKeyHash: string } {
  if (item === '' || item.length > MAX_ITEM_CHARACTERS) {
    throw httpError('ERR_DPP_HTTP_SCHEMA', `an item has 1 to ${MAX_ITEM_CHARACTERS} characters`)
  }
  return { alsoKnownAs: item, nextKeyHash: context.updateKeys.hashFor(item, 2) }
}
