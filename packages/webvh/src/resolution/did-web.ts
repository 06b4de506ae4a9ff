// The did:web document that may be published beside the log (did:webvh v1.0, "Publishing a Parallel did:web DID").
import { canonicalize, type JsonObject, parseStrict } from '@dpp/core'
import { parseDid } from '../identifier/did.ts'
import { allServices } from './services.ts'

/**
 * The parallel `did:web` document of a resolved `did:webvh` document, for `did.json`.
 *
 * Whoever resolves it gets no history and no proof of control: link to the did:webvh DID instead where you can.
 * @throws ERR_DPP_DID_INVALID
 */
export function toDidWeb(document: JsonObject): JsonObject {
  const did = String(document['id'])
  const { scid } = parseDid(did)
  // Step 2: the implicit services become explicit; step 3: a text replacement over the whole document.
  const text = canonicalize({ ...document, service: allServices(document) })
  const replaced = parseStrict(text.replaceAll(`did:webvh:${scid}:`, 'did:web:')) as JsonObject
  const known = replaced['alsoKnownAs']
  // Steps 4 and 5: add the did:webvh DID, drop duplicates and the did:web DID itself.
  const names = new Set([...(Array.isArray(known) ? known : []), did])
  names.delete(String(replaced['id']))
  return { ...replaced, alsoKnownAs: [...names] }
}
