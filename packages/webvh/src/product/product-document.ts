// The DID document of a product and the service that commits to its events (docs/spec/product-log.md).
import { DppError, isDid, isEventDigest, isJsonObject, type Json, type JsonObject } from '@dpp/core'
import { encodeSegment, formatDid } from '../identifier/did.ts'
import { toAsciiDomain } from '../identifier/domain.ts'

/** The default layout: `https://<domain>/.well-known/did/<SCID>/did.jsonl`. */
export const PRODUCT_PATH: readonly string[] = ['.well-known', 'did', '{SCID}']

/** What the first document of a product says: its host, its item and who answers for it. */
export type ProductDocumentOptions = {
  readonly domain: string
  readonly port?: number
  /** The GS1 Digital Link of the item; with its serial it makes the SCID unique. */
  readonly digitalLink: string
  /** The DID of the organisation that answers for the product. */
  readonly controller: string
  /** Path segments of the product's folder, with `{SCID}` in one of them. */
  readonly layout?: readonly string[]
}

/**
 * The template of a product's DID document, with `{SCID}` where the SCID belongs, for `createLog`.
 *
 * `#files` and `#whois` are explicit, because the implicit ones would lie outside `.well-known/`.
 * @throws ERR_DPP_PRODUCT_DOCUMENT, ERR_DPP_DID_INVALID
 */
export function createProductDocument(options: ProductDocumentOptions): JsonObject {
  const { digitalLink, controller, layout = PRODUCT_PATH } = options
  if (!/^https?:\/\/./.test(digitalLink) || !URL.canParse(digitalLink))
    throw invalid('digitalLink is not a URL')
  if (!isDid(controller)) throw invalid('controller is not a DID')
  const at = layout.findIndex((segment) => segment.includes('{SCID}'))
  if (at < 0) throw invalid('the layout has no {SCID}: all products would share one folder')
  const id = formatDid({ ...options, path: layout, scid: '{SCID}' })
  const domain = toAsciiDomain(options.domain)
  const host = options.port === undefined ? domain : `${domain}:${options.port}`
  const folder = (segments: readonly string[]): string =>
    ['https:/', host, ...segments.map(encodeTemplate), ''].join('/')
  const product = folder(layout)
  return {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id,
    controller,
    alsoKnownAs: [digitalLink],
    service: [
      { id: `${id}#files`, type: 'relativeRef', serviceEndpoint: product },
      {
        id: `${id}#whois`,
        type: 'LinkedVerifiablePresentation',
        serviceEndpoint: `${product}whois.vp`,
      },
      { id: `${id}#passport`, type: 'DppPassport', serviceEndpoint: `${product}passport.json` },
      {
        id: `${id}#events`,
        type: 'DppEvents',
        serviceEndpoint: `${folder(layout.slice(0, at))}events/`,
        eventCount: 0,
        eventDigests: [],
      },
    ],
  }
}

/** What the `#events` service of a document states. */
export type EventsService = {
  readonly serviceEndpoint: string
  readonly eventCount: number
  readonly eventDigests: readonly string[]
}

/**
 * Reads the `#events` service; `undefined` where the document has none.
 * @throws ERR_DPP_PRODUCT_DOCUMENT, ERR_DPP_PRODUCT_DIGEST
 */
export function parseEventsService(document: JsonObject): EventsService | undefined {
  const found = services(document).filter((each) => isEvents(each, document))
  if (found.length > 1) throw invalid('it has two #events services')
  const service = found[0]
  if (!isJsonObject(service)) return undefined
  const { serviceEndpoint, eventCount, eventDigests } = service
  if (typeof serviceEndpoint !== 'string' || !serviceEndpoint.endsWith('/')) {
    throw invalid('the serviceEndpoint of #events is not a URL that ends in "/"')
  }
  if (typeof eventCount !== 'number' || !Number.isSafeInteger(eventCount) || eventCount < 0) {
    throw invalid('eventCount is not a count')
  }
  if (!Array.isArray(eventDigests)) throw invalid('eventDigests is not a list')
  return { serviceEndpoint, eventCount, eventDigests: eventDigests.map(parseDigest) }
}

/**
 * The document with `digests` added: the count raised, the list replaced by exactly these digests, in order.
 *
 * With no digests the document is returned unchanged, and so adds nothing.
 * @throws ERR_DPP_PRODUCT_DOCUMENT, ERR_DPP_PRODUCT_DIGEST
 */
export function appendDigests(document: JsonObject, digests: readonly string[]): JsonObject {
  const events = parseEventsService(document)
  if (events === undefined) throw invalid('it has no #events service')
  if (digests.length === 0) return document
  const eventDigests = digests.map(parseDigest)
  if (new Set(eventDigests).size !== digests.length)
    throw new DppError('ERR_DPP_PRODUCT_DIGEST', 'a digest is added twice')
  const eventCount = events.eventCount + digests.length
  const update = (service: Json): Json =>
    isJsonObject(service) && isEvents(service, document)
      ? { ...service, eventCount, eventDigests }
      : service
  return { ...document, service: services(document).map(update) }
}

function encodeTemplate(segment: string): string {
  return segment.split('{SCID}').map(encodeSegment).join('{SCID}')
}

function services(document: JsonObject): readonly Json[] {
  const { service } = document
  return Array.isArray(service) ? service : []
}

function isEvents(service: Json, document: JsonObject): boolean {
  return (
    isJsonObject(service) &&
    (service['id'] === '#events' || service['id'] === `${String(document['id'])}#events`)
  )
}

function parseDigest(digest: Json): string {
  if (isEventDigest(digest)) return digest
  throw new DppError(
    'ERR_DPP_PRODUCT_DIGEST',
    'an event digest is not multibase base58btc of a SHA-256 multihash',
  )
}

function invalid(reason: string): DppError {
  return new DppError('ERR_DPP_PRODUCT_DOCUMENT', `not a product's DID document: ${reason}`)
}
