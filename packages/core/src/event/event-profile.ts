// An event profile: what stands in `credentialSubject`, and what the envelope has to know about it.
import type { JsonObject } from '../json/json.ts'

/** What every profile tells about a subject. */
export type EventSubject = {
  /** DIDs of the products concerned, each once. */
  readonly products: readonly string[]
  /** The kind of event that issuer rules name, such as `assembling`. */
  readonly type: string
  readonly eventTime: Date
  /** Digest of the event that this one corrects. */
  readonly corrects?: string
}

/** A kind of `credentialSubject`. Pass your own to `createEvent`, `signEvent` and `parseEvent`; EPCIS is the default. */
export type EventProfile = {
  /** The credential type beside `VerifiableCredential`; it selects the profile when an event is parsed. */
  readonly credentialType: string
  /** Contexts that follow `https://www.w3.org/ns/credentials/v2` in new events. */
  readonly contexts: readonly (string | JsonObject)[]
  /** Reads a subject that is plain JSON. @throws DppError `ERR_DPP_SUBJECT_INVALID` */
  parseSubject(subject: JsonObject): EventSubject
}

/** The name of our few terms; the one inline context that an event may carry maps `dpp:` to it. */
export const dppVocabulary = 'urn:uuid:702245bc-61ea-42be-854a-b4fe7c808820#'
