// The passport of a product: a document that its controller signs, published beside the log as it came.

import { updateObject } from '@dpp/anchor'
import {
  canonicalize,
  encodeUtf8,
  isJsonObject,
  type JsonObject,
  parseStrict,
  readTime,
} from '@dpp/core'
import { parseDid } from '@dpp/webvh'
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../app.ts'
import { verifyByController } from '../custody/controller-request.ts'
import type { Product } from '../journal/log-port.ts'
import { jsonMeta, passportKey } from '../storage-keys.ts'
import { anyObject } from './body.ts'
import { httpError } from './problem.ts'
import { routeSchema } from './route-schema.ts'
import { findProduct } from './routes-dids.ts'

const MAX_PASSPORT_BYTES = 512 * 1024

export function registerPassportRoutes(app: FastifyInstance, context: AppContext): void {
  const put = {
    tag: 'Products',
    summary: 'Publish the passport',
    description:
      "Signed with a key of the controller's log. It names the product, and is newer than the one before.",
    params: { scid: 'The SCID of a product.' },
    body: { 'application/json': 'Passport', 'application/vc': 'Passport' },
    answers: { 200: 'PublishedPassport', 201: 'PublishedPassport' },
  }
  const options = { schema: routeSchema(put), bodyLimit: MAX_PASSPORT_BYTES }
  app.put('/dids/:scid/passport', options, async (request, reply) => {
    const product = await findProduct(context, request)
    const passport = anyObject(request.body)
    assertAbout(passport, product)
    const { created } = await verifyByController(context.ingest, product, passport)
    const bytes = encodeUtf8(canonicalize(passport))
    const key = passportKey(product.scid)
    let isFirst = false
    function replaceOlder(current: Uint8Array | undefined): Uint8Array {
      isFirst = current === undefined
      if (current !== undefined && Buffer.compare(current, bytes) !== 0)
        assertNewer(current, created)
      return bytes
    }
    await updateObject(context.store, key, replaceOlder, jsonMeta)
    return reply.code(isFirst ? 201 : 200).send({ scid: product.scid, url: `/${key}` })
  })
}

// A passport that was signed for one product says nothing about another.
function assertAbout(passport: JsonObject, product: Product): void {
  const { id, issuer, credentialSubject } = passport
  const subject = isJsonObject(credentialSubject) ? credentialSubject['id'] : undefined
  if (![id, subject].some((name) => name === product.did || name === product.item)) {
    throw invalid("neither id nor credentialSubject.id is the product's DID or Digital Link")
  }
  const named = isJsonObject(issuer) ? issuer['id'] : issuer
  if (named !== undefined && !isController(named, product.controller)) {
    throw invalid('its issuer is not the controller of the product')
  }
}

// A portable move keeps the SCID.
function isController(named: unknown, controller: string): boolean {
  if (typeof named !== 'string' || named === controller) return named === controller
  const isWebvh = [named, controller].every((did) => did.startsWith('did:webvh:'))
  return isWebvh && parseDid(named).scid === parseDid(controller).scid
}

// Whoever kept an older passport cannot bring it back.
function assertNewer(current: Uint8Array, created: Date): void {
  const published = parseStrict(current)
  const proof = isJsonObject(published) ? published['proof'] : undefined
  const before = isJsonObject(proof) ? readTime(proof['created']) : undefined
  if (before === undefined || before < created) return
  throw httpError(
    'ERR_DPP_PASSPORT_OLDER',
    'the published passport was signed later, or at that time',
  )
}

function invalid(message: string): Error {
  return httpError('ERR_DPP_PASSPORT_INVALID', message)
}
