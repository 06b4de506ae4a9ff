// Where the evidence about a product lies, by its DID alone (docs/spec/urls.md).
import { isDppError } from '@dpp/core'
import { didToUrl, parseDid } from '@dpp/webvh'

export type Layout = {
  readonly scid: string
  readonly logUrl: string
  readonly witnessUrl: string
  /** `B/events/`, where the log itself does not say otherwise. */
  readonly eventBase: string
  /** `B/issuers/` */
  readonly mirrorBase: string
  batchUrl(root: string): string
}

/** The URLs of a product's evidence; undefined where `did` is not a did:webvh. */
export function layoutOf(did: string): Layout | undefined {
  try {
    const parsed = parseDid(did)
    const { scid } = parsed
    const logUrl = didToUrl(parsed)
    const folder = logUrl.slice(0, logUrl.lastIndexOf('/'))
    // B is the folder that holds the product's: the layout's root.
    const base = folder.slice(0, folder.lastIndexOf('/') + 1)
    return {
      scid,
      logUrl,
      witnessUrl: `${folder}/witness.json`,
      eventBase: `${base}events/`,
      mirrorBase: `${base}issuers/`,
      batchUrl: (root) => `${base}batches/${root.replace(/^0x/, '')}.json`,
    }
  } catch (error) {
    if (isDppError(error)) return undefined
    throw error
  }
}
