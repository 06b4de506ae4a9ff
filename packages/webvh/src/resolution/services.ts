// The services that every did:webvh DID has without stating them (did:webvh v1.0, "DID URL Path Resolution").
import { isJsonObject, type JsonObject } from '@dpp/core'
import { implicitBaseUrl } from '../identifier/did.ts'

/**
 * The service of a document with the id `#name` or `<did>#name`; for `files` and `whois` the implicit one where the
 * document has none. An explicit service takes precedence.
 * @throws ERR_DPP_DID_INVALID when the document's id is not a did:webvh DID
 */
export function findService(document: JsonObject, name: string): JsonObject | undefined {
  return (
    findExplicit(document, name) ?? implicitServices(document).find(({ id }) => id === `#${name}`)
  )
}

/**
 * The document's own services and, after them, the implicit ones that it does not state.
 * @throws ERR_DPP_DID_INVALID
 */
export function allServices(document: JsonObject): JsonObject[] {
  const implicit = implicitServices(document).filter(
    ({ id }) => !findExplicit(document, String(id).slice(1)),
  )
  return [...explicitServices(document), ...implicit]
}

function findExplicit(document: JsonObject, name: string): JsonObject | undefined {
  const did = String(document['id'])
  return explicitServices(document).find(({ id }) => id === `#${name}` || id === `${did}#${name}`)
}

function explicitServices({ service }: JsonObject): JsonObject[] {
  return Array.isArray(service) ? service.filter(isJsonObject) : []
}

function implicitServices(document: JsonObject): JsonObject[] {
  const base = implicitBaseUrl(String(document['id']))
  return [
    { id: '#files', type: 'relativeRef', serviceEndpoint: base },
    {
      '@context': 'https://identity.foundation/linked-vp/contexts/v1',
      id: '#whois',
      type: 'LinkedVerifiablePresentation',
      serviceEndpoint: `${base}whois.vp`,
    },
  ]
}
