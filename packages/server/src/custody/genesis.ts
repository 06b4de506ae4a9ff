// What a product's genesis must say before the service hosts its log. did:webvh's own rules are checked by `verifyLog`;
// these are the project's: the design's §2 (delegated control) and §3.2 (the product DID).
import { DppError, decodeDidKey, isDppError, type JsonObject } from '@dpp/core'
import {
  formatHead,
  type LogVersion,
  PRODUCT_PATH,
  parseDid,
  readEvents,
  verifyLog,
} from '@dpp/webvh'
import type { ServerErrorCode } from '../errors.ts'
import type { Entry, Product } from '../journal/log-port.ts'
import { committedSigner, type UpdateKeys } from './update-keys.ts'

export type Genesis = { readonly product: Product; readonly entry: Entry }

export type GenesisRules = {
  readonly domain: string
  readonly control: 'delegated' | 'self'
  readonly updateKeys: UpdateKeys
  readonly now: Date
}

/**
 * Checks a signed genesis log of one line.
 *
 * @throws ERR_DPP_GENESIS_REFUSED with what is wrong
 */
export function parseGenesis(log: string, rules: GenesisRules): Genesis {
  const report = verifyLog(log, { now: rules.now })
  if (report.error !== undefined) throw refused(`${report.error.code}: ${report.error.message}`)
  const [version, ...more] = report.versions
  if (version === undefined || more.length > 0) throw refused('the log is not one single entry')
  const { document, parameters } = version
  assertPlace(version, rules.domain)
  if (!parameters.portable) throw refused('parameters.portable is not true')
  if (parameters.witness !== undefined) throw refused('the service keeps no did:webvh witnesses')
  if (readEvents(report.versions).length > 0) throw refused('a genesis carries no event')
  const item = itemOf(document)
  if (rules.control === 'delegated') {
    assertDelegated(parameters.nextKeyHashes, rules.updateKeys, item)
  }
  const { scid, did } = version.head
  return {
    product: {
      scid,
      did,
      item,
      controller: controllerOf(document),
      control: rules.control,
      head: formatHead(version.head),
    },
    entry: {
      scid,
      versionId: version.versionId,
      versionNumber: version.versionNumber,
      line: version.line,
    },
  }
}

/**
 * The one controller that a product's document names.
 *
 * @throws ERR_DPP_GENESIS_REFUSED
 */
export function controllerOf(document: JsonObject): string {
  const { controller } = document
  const only = Array.isArray(controller) && controller.length === 1 ? controller[0] : controller
  if (typeof only !== 'string' || !isIssuerDid(only)) {
    throw refused('controller is not exactly one did:webvh or did:key')
  }
  return only
}

/**
 * The item's GS1 Digital Link, which names the service's keys for this log.
 *
 * @throws ERR_DPP_GENESIS_REFUSED
 */
export function itemOf(document: JsonObject): string {
  const { alsoKnownAs } = document
  const first = Array.isArray(alsoKnownAs) ? alsoKnownAs[0] : undefined
  if (typeof first !== 'string' || first === '') throw refused('alsoKnownAs[0] is missing')
  return first
}

/** Whether a DID can be a controller. */
export function isIssuerDid(did: string): boolean {
  try {
    if (did.startsWith('did:key:')) return decodeDidKey(did).length === 32
    return parseDid(did).did === did
  } catch (error) {
    if (isDppError(error)) return false
    throw error
  }
}

function assertPlace(version: LogVersion, domain: string): void {
  const { did, scid } = version.head
  const parsed = parseDid(did)
  const host = parsed.port === undefined ? parsed.domain : `${parsed.domain}:${parsed.port}`
  const path = PRODUCT_PATH.map((segment) => segment.replace('{SCID}', scid))
  if (host !== domain || parsed.path.join('/') !== path.join('/')) {
    throw refused(`the DID is not at ${domain}/${path.join('/')}`)
  }
}

// The design's §2, table, row 1: H(S₂), H(O₂), in this order.
function assertDelegated(nextKeyHashes: readonly string[], keys: UpdateKeys, item: string): void {
  const [first = '', recovery, ...more] = nextKeyHashes
  const isOurs = committedSigner(keys, item, { entry: 2, nextKeyHashes: [first] }) !== undefined
  if (!isOurs || recovery === undefined || recovery === first || more.length > 0) {
    throw refused(
      "nextKeyHashes is not the service's next key hash, then the owner's recovery hash",
    )
  }
}

function refused(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_GENESIS_REFUSED', message)
}
