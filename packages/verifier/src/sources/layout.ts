// Where the evidence about a product lies, by its DID alone (docs/spec/urls.md).
import { isDppError } from '@dpp/core'
import { didToUrl, parseDid, type WebvhDid } from '@dpp/webvh'

export type Layout = {
  readonly did: WebvhDid
  readonly witnessUrl: string
  /** `B/events/`, where the log itself does not say otherwise. */
  readonly eventBase: string
  /** `B/issuers/` */
  readonly mirrorBase: string
  batchUrl(root: string): string
}

/** The URLs of a product's evidence; undefined where `did` is not a did:webvh. */
export function layoutOf(did: string): Layout | undefined {
  const parsed = readDid(did)
  if (parsed === undefined) return undefined
  const logUrl = didToUrl(parsed)
  const folder = logUrl.slice(0, logUrl.lastIndexOf('/'))
  // B is the folder that holds the product's: the layout's root.
  const base = folder.slice(0, folder.lastIndexOf('/') + 1)
  return {
    did: parsed,
    witnessUrl: `${folder}/witness.json`,
    eventBase: `${base}events/`,
    mirrorBase: `${base}issuers/`,
    batchUrl: (root) => `${base}batches/${root.replace(/^0x/, '')}.json`,
  }
}

/** A did:webvh, parsed; undefined where `did` is none. */
export function readDid(did: string): WebvhDid | undefined {
  try {
    return parseDid(did)
  } catch (error) {
    if (isDppError(error)) return undefined
    throw error
  }
}
