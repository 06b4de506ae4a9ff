// Product DIDs: the hashes of the service's first keys, registration of a signed genesis, and how a product stands.
import type { Json } from '@dpp/core'
import { isScid, parseHead } from '@dpp/webvh'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppContext } from '../app.ts'
import { growLog } from '../batch/grow-log.ts'
import { parseGenesis } from '../custody/genesis.ts'
import { checkPostedEntries, type PostedEntries } from '../custody/post-entries.ts'
import type { Product } from '../journal/log-port.ts'
import { describeError } from '../logger.ts'
import { MAX_KEYS_PER_REQUEST } from '../service-description.ts'
import { logKey } from '../storage-keys.ts'
import { assertAdmin } from './admin.ts'
import {
  bodyObject,
  nextPage,
  queryDid,
  queryScid,
  queryText,
  textList,
  textMember,
} from './body.ts'
import { httpError } from './problem.ts'
import { routeSchema } from './route-schema.ts'

const PAGE = 100
const tag = 'Products'
const params = { scid: 'The SCID of a product.' }
const controls: readonly string[] = ['delegated', 'self', 'closed']
const MAX_ITEM_CHARACTERS = 2048
const MAX_LOG_CHARACTERS = 1024 * 1024

export function registerDidRoutes(app: FastifyInstance, context: AppContext): void {
  const keys = {
    tag,
    summary: "The service's first key hashes for items that are to be registered",
    isAdmin: true,
    body: { 'application/json': 'KeysRequest' },
    answers: { 200: 'Keys' },
  }
  app.post('/dids/keys', { schema: routeSchema(keys) }, async (request) => {
    assertAdmin(request, context.adminTokensSha256)
    const body = bodyObject(request.body, ['alsoKnownAs'])
    const items = textList(body, 'alsoKnownAs', MAX_KEYS_PER_REQUEST)
    return { keys: items.map((item) => firstKey(context, item)) }
  })

  const register = {
    tag,
    summary: 'Register a product by its signed genesis',
    isAdmin: true,
    body: { 'application/json': 'Registration' },
    answers: { 200: 'Registered', 201: 'Registered' },
  }
  app.post('/dids', { schema: routeSchema(register) }, async (request, reply) => {
    assertAdmin(request, context.adminTokensSha256)
    const body = bodyObject(request.body, ['log', 'control'])
    const { product, entry } = parseGenesis(textMember(body, 'log', MAX_LOG_CHARACTERS), {
      domain: context.service.domain,
      control: parseControl(body['control']),
      updateKeys: context.updateKeys,
      now: context.now(),
    })
    context.ingest.assertOurs(product.scid)
    const added = await context.journal.products.add(product, entry)
    if (added === 'taken') {
      throw httpError('ERR_DPP_PRODUCT_EXISTS', `another log is registered for ${product.item}`)
    }
    const { did, scid } = product
    const control = added === 'added' ? product.control : await controlOfKnown(context, product)
    await publishNow(context, scid, request)
    return reply
      .code(added === 'added' ? 201 : 200)
      .send({ did, scid, versionId: entry.versionId, control })
  })

  // Needs no token: the entries are signed with keys that the log itself names.
  const append = {
    tag,
    summary: 'Append entries that the owner signed',
    description: 'Self-custody, or the takeover of a delegated log. 409 when the head has moved.',
    params,
    body: { 'application/json': 'PostedEntries' },
    answers: { 200: 'Appended', 201: 'Appended' },
  }
  app.post('/dids/:scid/log', { schema: routeSchema(append) }, async (request, reply) => {
    const product = await findProduct(context, request)
    const body = bodyObject(request.body, ['head', 'log'])
    const posted = {
      head: textMember(body, 'head', MAX_ITEM_CHARACTERS),
      log: textMember(body, 'log', MAX_LOG_CHARACTERS),
    }
    if (await isLastPost(context, product, posted)) {
      const { versionId } = parseHead(product.head)
      return reply.send({ scid: product.scid, versionId, control: product.control })
    }
    const appended = checkPostedEntries(product, posted, {
      updateKeys: context.updateKeys,
      waiting: await context.journal.events.waiting(product.scid),
      now: context.now(),
    })
    const outcome = await context.journal.products.append(appended)
    if (outcome === 'moved') throw httpError('ERR_DPP_LOG_MOVED', 'the log has a newer head')
    if (outcome === 'busy') {
      throw httpError('ERR_DPP_LOG_BUSY', 'a batch is sealing events of this log')
    }
    await publishNow(context, product.scid, request)
    const { versionId } = parseHead(appended.head)
    return reply.code(201).send({ scid: product.scid, versionId, control: appended.control })
  })

  // Nobody but the operator may enumerate the products.
  const list = {
    tag,
    summary: 'All products, in order of SCID',
    isAdmin: true,
    query: {
      after: 'A SCID: the page after it.',
      controller: 'Those of this DID alone.',
      control: 'Those under this control alone: delegated, self or closed.',
    },
    answers: { 200: 'ProductPage' },
  }
  app.get('/dids', { schema: routeSchema(list) }, async (request) => {
    assertAdmin(request, context.adminTokensSha256)
    const after = queryScid(request, 'after')
    const filter = {
      controller: queryDid(request, 'controller'),
      control: queryText(request, 'control'),
    }
    if (filter.control !== undefined && !controls.includes(filter.control)) {
      throw httpError('ERR_DPP_HTTP_SCHEMA', `"control" is not one of ${controls.join(', ')}`)
    }
    const dids = await context.journal.products.page(PAGE, after, filter)
    const last = dids.length === PAGE ? dids.at(-1) : undefined
    return { dids, ...nextPage('/dids', { ...filter, after: last?.scid }, last) }
  })

  const show = { tag, summary: 'How a product stands', params, answers: { 200: 'Product' } }
  app.get('/dids/:scid', { schema: routeSchema(show) }, async (request) => {
    const product = await findProduct(context, request)
    const { scid } = product
    const head = parseHead(product.head)
    const isClosing =
      product.control === 'delegated' &&
      (await context.journal.products.closingRequest(scid)) !== undefined
    return {
      did: product.did,
      scid,
      control: product.control,
      controller: product.controller,
      versionId: head.versionId,
      versionTime: head.updated,
      waiting: await context.journal.events.waiting(scid),
      ...(isClosing ? { closing: true } : {}),
      ...(product.suspended === undefined ? {} : { suspended: product.suspended }),
    }
  })
}

/** The product that a request's path names. @throws ERR_DPP_PRODUCT_UNKNOWN, ERR_DPP_SHARD_OTHER */
export async function findProduct(context: AppContext, request: FastifyRequest): Promise<Product> {
  const { scid } = request.params as { scid: string }
  const product = isScid(scid) ? await context.journal.products.find(scid) : undefined
  if (product !== undefined) return product
  if (isScid(scid)) context.ingest.assertOurs(scid)
  throw httpError('ERR_DPP_PRODUCT_UNKNOWN', 'no such product is hosted here')
}

/** Published at once, so that the DID resolves. Should this fail, the next batch does it. */
export async function publishNow(
  context: AppContext,
  scid: string,
  request: FastifyRequest,
): Promise<void> {
  try {
    const lines = await context.journal.products.lines(scid)
    await growLog(context.store, logKey(scid), lines.join(''))
  } catch (error) {
    const fields = { event: 'product.unpublished', scid, error: describeError(error) }
    request.log.warn(fields, 'log not yet published')
  }
}

// Who appends may have changed since; as long as the genesis stands alone, it is as it was asked for.
async function controlOfKnown(context: AppContext, asked: Product): Promise<Product['control']> {
  const { control, head } = (await context.journal.products.find(asked.scid)) ?? asked
  if (control !== asked.control && parseHead(head).versionNumber === 1) {
    throw httpError('ERR_DPP_PRODUCT_EXISTS', `the log is registered with control "${control}"`)
  }
  return control
}

// The same entries once more, by a client that did not get the answer.
async function isLastPost(
  { journal }: AppContext,
  product: Product,
  { head, log }: PostedEntries,
): Promise<boolean> {
  const { versionId } = parseHead(product.head)
  if (head === versionId || !log.includes(versionId)) return false // No log is read for a head that is merely old.
  const lines = await journal.products.lines(product.scid)
  const posted = log.match(/[^\n]+\n?/g)?.length ?? 0
  const before = lines.at(-posted - 1)
  const isSame = lines.slice(-posted).join('').trimEnd() === log.trimEnd()
  return isSame && before !== undefined && versionIdOf(before) === head
}

function versionIdOf(line: string): unknown {
  return (JSON.parse(line) as { readonly versionId?: unknown }).versionId
}

function parseControl(value: Json | undefined): 'delegated' | 'self' {
  if (value === undefined || value === 'delegated') return 'delegated'
  if (value === 'self') return 'self'
  throw httpError('ERR_DPP_HTTP_SCHEMA', '"control" is neither "delegated" nor "self"')
}

// The service signs entry 2 first: the owner's genesis commits to its key.
function firstKey(context: AppContext, item: string): { alsoKnownAs: string; nextKeyHash: string } {
  if (item === '' || item.length > MAX_ITEM_CHARACTERS) {
    throw httpError('ERR_DPP_HTTP_SCHEMA', `an item has 1 to ${MAX_ITEM_CHARACTERS} characters`)
  }
  return { alsoKnownAs: item, nextKeyHash: context.updateKeys.hashFor(item, 2) }
}
