// The issuer rule: for each product that an event names, the issuer is its controller or on the operator's list.
import { DppError, type ParsedEvent } from '@dpp/core'
import { parseDid } from '@dpp/webvh'
import type { ServerErrorCode } from '../errors.ts'
import { mayWrite } from '../issuers/issuer-policy.ts'
import type { AcceptedEvent } from '../journal/port.ts'
import type { IngestContext } from './ingest.ts'

/**
 * The products of an event, each hosted here or not.
 *
 * @throws ERR_DPP_DID_INVALID; ERR_DPP_PRODUCT_UNKNOWN when none is hosted here; ERR_DPP_EVENT_ISSUER_REFUSED when the issuer may not write
 * about one that is; ERR_DPP_PRODUCT_CLOSED; ERR_DPP_SHARD_OTHER when none is hosted here and one belongs elsewhere
 */
export async function checkRights(
  context: IngestContext,
  parsed: ParsedEvent,
): Promise<AcceptedEvent['products']> {
  if (parsed.issuer.startsWith('did:key:') && !context.allowDidKey) {
    throw refused('did:key issuers are not accepted here')
  }
  const dids = new Map(parsed.products.map((did) => [parseDid(did).scid, did]))
  const products: { did: string; scid: string; hosted: boolean }[] = []
  for (const [scid, did] of dids) {
    const product = await context.journal.products.owner(scid)
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
