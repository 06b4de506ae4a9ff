// The event envelope (docs/spec/event.md): a W3C Verifiable Credential 2.0 with one Data Integrity proof. Built and signed here;
// read and verified in event-parse.ts.

import { formatTime } from '../encoding/time.ts'
import { createUrnUuid } from '../encoding/urn-uuid.ts'
import type { JsonObject } from '../json/json.ts'
import { addProof } from '../proof/data-integrity.ts'
import type { Signer } from '../signature/signer.ts'
import { epcisProfile } from './epcis-subject.ts'
import type { SecuredEvent, UnsignedEvent } from './event-envelope.ts'
import { parseEvent } from './event-parse.ts'
import type { EventProfile } from './event-profile.ts'

/** What an event says: who (a DID, and a name for people), what, and from when. */
export type EventInput = {
  readonly issuer: { readonly id: string; readonly name?: string }
  readonly subject: JsonObject
  readonly validFrom: Date
  /** An absolute URI of its own; by default a fresh `urn:uuid:`. Keep the signed bytes before you send them: another event
   * under the same id is refused. */
  readonly id?: string
  /** EPCIS by default. */
  readonly profile?: EventProfile
}

/**
 * Builds the envelope around a subject, such as {@link manufactureEvent} returns. Put no personal data in any event.
 *
 * @throws DppError `ERR_DPP_TIME_INVALID` for an invalid Date.
 */
export function createEvent(input: EventInput): UnsignedEvent {
  const { issuer, subject, validFrom, id = createUrnUuid(), profile = epcisProfile } = input
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2', ...profile.contexts],
    id,
    type: ['VerifiableCredential', profile.credentialType],
    issuer: {
      type: ['CredentialIssuer'],
      id: issuer.id,
      ...(issuer.name === undefined ? {} : { name: issuer.name }),
    },
    validFrom: formatTime(validFrom),
    credentialSubject: subject,
  }
}

/**
 * Signs an event, after the same checks that a receiver makes: what comes back parses.
 *
 * @throws DppError `ERR_DPP_EVENT_INVALID`, `ERR_DPP_SUBJECT_INVALID`, `ERR_DPP_SIGNATURE_INVALID`, and what `canonicalize` throws.
 */
export async function signEvent(
  event: UnsignedEvent,
  signer: Signer,
  options: { readonly created?: Date; readonly profiles?: readonly EventProfile[] } = {},
): Promise<SecuredEvent> {
  const secured = await addProof(event, { signer, created: options.created ?? new Date() })
  return parseEvent(secured, options).event
}
