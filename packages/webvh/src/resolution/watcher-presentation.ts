// The presentation that requests to a watcher carry (watcher OpenAPI 1.0.0, `VerifiablePresentation`).
import { canonicalize, encodeMultibase, type JsonObject, type Signer, sha256 } from '@dpp/core'

/** Whose DID is presented to which watcher, and who signs. */
export type WatcherPresentationOptions = {
  readonly scid: string
  /** The watcher's URL: a presentation for one watcher is of no use at another. */
  readonly watcher: string
  /** Holds one of the DID's update keys. */
  readonly signer: Signer
  readonly created: Date
}

/** Makes a presentation by which a requester shows control of a key, bound to the SCID and to the watcher. */
export async function createWatcherPresentation(
  options: WatcherPresentationOptions,
): Promise<JsonObject> {
  const context = ['https://www.w3.org/ns/credentials/v2']
  const presentation = { '@context': context, type: 'VerifiablePresentation' }
  const config = {
    '@context': context,
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    created: `${options.created.toISOString().slice(0, 19)}Z`,
    verificationMethod: options.signer.verificationMethod,
    proofPurpose: 'authentication',
    challenge: options.scid,
    domain: options.watcher,
  }
  // vc-di-eddsa §3.3.4: hash of the proof configuration (challenge and domain with it), then of the document.
  const message = new Uint8Array(64)
  message.set(sha256(canonicalize(config)))
  message.set(sha256(canonicalize(presentation)), 32)
  const proofValue = encodeMultibase(await options.signer.sign(message))
  return { ...presentation, proof: { ...config, proofValue } }
}
