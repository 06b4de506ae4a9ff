// The issuer rule: for each product that an event names, the issuer is its controller or on the operator's list.
import { DppError, type ParsedEvent } from '@dpp/core'
import { parseDid } from '@dpp/webvh'
import type { ServerErrorCode } from '../errors.ts'
import { mayWrite } from '../issuers/issuer-policy.ts'
import type { ProductOwner } from '../journal/log-port.ts'
import type { AcceptedEvent } from '../journal/port.ts'
import type { IngestContext } from './ingest.ts'

/** A product that an event names, and what decides who may write about it; without an owner it is not hosted here. */
export type NamedProduct = {
  readonly did: string
  readonly scid: string
  readonly owner: ProductOwner | undefined
}

/** Looks up the products that an event names, each SCID once. @throws ERR_DPP_DID_INVALID */
export async function lookUpProducts(
  { journal }: IngestContext,
  { products }: ParsedEvent,
): Promise<readonly NamedProduct[]> {
  const dids = new Map(products.map((did) => [parseDid(did).scid, did]))
  return await Promise.all(
    [...dids].map(async ([scid, did]) => ({
      did,
      scid,
      owner: await journal.products.owner(scid),
    })),
  )
}

/**
 * The products of an event, each hosted here or not.
 *
 * @throws ERR_DPP_PRODUCT_UNKNOWN when none is hosted here; ERR_DPP_EVENT_ISSUER_REFUSED when the issuer may not write
 * about one that is; ERR_DPP_PRODUCT_CLOSED; ERR_DPP_SHARD_OTHER when none is hosted here and one belongs elsewhere
 */
export function checkRights(
  context: IngestContext,
  parsed: ParsedEvent,
  named: readonly NamedProduct[],
): AcceptedEvent['products'] {
  if (parsed.issuer.startsWith('did:key:') && !context.allowDidKey) {
    throw refused('did:key issuers are not accepted here')
  }
  const products: { did: string; scid: string; hosted: boolean }[] = []
  for (const { did, scid, owner: product } of named) {
    if (
      product !== undefined &&
      !mayWrite(context.issuerRules, product, parsed.issuer, parsed.type)
    ) {
      throw refused(`the issuer may not write about ${product.did}`)
    }
    if (product?.control === 'closed') {
      throw new DppError<ServerErrorCode>(
        'ERR_DPP_PRODUCT_CLOSED',
        `the log of ${product.did} is closed`,
      )
    }
    products.push({ did, scid, hosted: product !== undefined })
  }
  if (products.some(({ hosted }) => hosted)) return products
  for (const { scid } of products) context.assertOurs(scid)
  throw new DppError<ServerErrorCode>(
    'ERR_DPP_PRODUCT_UNKNOWN',
    'none of the products that the event names is hosted here',
  )
}

function refused(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_EVENT_ISSUER_REFUSED', message)
}
