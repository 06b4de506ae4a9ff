// Finds a public key in a DID document, by verification method and by what it may be used for.
import { decodeMultikey, isJsonObject, type Json, type JsonObject } from '@dpp/core'

/** A verification relationship of DID Core §5.3. */
export type VerificationPurpose =
  | 'authentication'
  | 'assertionMethod'
  | 'keyAgreement'
  | 'capabilityInvocation'
  | 'capabilityDelegation'

/**
 * The Ed25519 key of a verification method that `document` lists under `purpose`, else `undefined`.
 *
 * Only Multikey methods count. A method is matched by SCID and fragment, so that a portable move keeps it; methods of
 * other DIDs must be equal as text. Two methods with one id are no answer.
 */
export function verificationKey(
  document: JsonObject,
  verificationMethod: string,
  purpose: VerificationPurpose,
): Uint8Array | undefined {
  const did = document['id']
  if (typeof did !== 'string') return undefined
  const wanted = methodName(verificationMethod, did)
  const isWanted = (id: Json | undefined): boolean =>
    typeof id === 'string' && methodName(id, did) === wanted
  const listed = list(document[purpose]).find((each) =>
    isWanted(isJsonObject(each) ? each['id'] : each),
  )
  if (listed === undefined) return undefined
  if (isJsonObject(listed)) return methodKey(listed) // Embedded: valid for this relationship only.
  const methods = list(document['verificationMethod'])
    .filter(isJsonObject)
    .filter((each) => isWanted(each['id']))
  return methods[0] !== undefined && methods.length === 1 ? methodKey(methods[0]) : undefined
}

function methodKey(method: JsonObject): Uint8Array | undefined {
  const { type, publicKeyMultibase } = method
  if (type !== 'Multikey' || typeof publicKeyMultibase !== 'string') return undefined
  try {
    return decodeMultikey(publicKeyMultibase)
  } catch {
    return undefined
  }
}

/** `did:webvh:<SCID>#fragment` for a method of the document's own log (or relative to it), else the id as it is. */
function methodName(id: string, did: string): string {
  const whole = id.startsWith('#') ? did + id : id
  const [, base = '', fragment = ''] = /^([^/?#]*)#([^#]*)$/.exec(whole) ?? []
  const own = scidPart(did)
  return own !== undefined && scidPart(base) === own ? `${own}#${fragment}` : id
}

function scidPart(did: string): string | undefined {
  return /^did:webvh:[1-9A-HJ-NP-Za-km-z]{46}(?=:)/.exec(did)?.[0]
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
