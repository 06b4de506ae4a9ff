// Who may write about which product: the product's controller, and whom the operator lists. Decided from the journal
// alone, before any DID is resolved over the network.
import { DppError, type Json, parseStrict } from '@dpp/core'
import { parseDid } from '@dpp/webvh'
import type { ServerErrorCode } from '../errors.ts'
import type { ProductOwner } from '../journal/log-port.ts'
import { describeError } from '../logger.ts'

/** One line of the operator's list. A member that is absent does not restrict. */
export type IssuerRule = {
  readonly issuer: string
  /** Event types that it may post, such as `repairing`. */
  readonly eventTypes?: readonly string[]
  /** Beginnings of the items' Digital Links, such as `https://id.gs1.org/01/09521234500018/`. */
  readonly items?: readonly string[]
}

/**
 * Reads the operator's list: a JSON array of rules, nothing else.
 *
 * @throws ERR_DPP_CONFIG_INVALID
 */
export function parseIssuerRules(text: Uint8Array | string): readonly IssuerRule[] {
  const value = readJson(text)
  if (!Array.isArray(value) || !value.every(isRule)) {
    throw new DppError<ServerErrorCode>(
      'ERR_DPP_CONFIG_INVALID',
      'DPP_ISSUERS_FILE is not a JSON array of {"issuer", "eventTypes"?, "items"?}',
    )
  }
  return value
}

function readJson(text: Uint8Array | string): Json {
  try {
    return parseStrict(text)
  } catch (error) {
    throw new DppError<ServerErrorCode>(
      'ERR_DPP_CONFIG_INVALID',
      `DPP_ISSUERS_FILE cannot be read: ${describeError(error)}`,
    )
  }
}

/** Whether `issuer` may post an event of `type` about `product`. */
export function mayWrite(
  rules: readonly IssuerRule[],
  product: ProductOwner,
  issuer: string,
  type: string,
): boolean {
  if (isSameIssuer(issuer, product.controller)) return true
  return rules.some(
    (rule) =>
      isSameIssuer(issuer, rule.issuer) &&
      (rule.eventTypes === undefined || rule.eventTypes.includes(type)) &&
      (rule.items === undefined || rule.items.some((item) => product.item.startsWith(item))),
  )
}

// did:webvh DIDs are the same by SCID: a portable move changes the rest. Any other DID only by its whole text.
function isSameIssuer(a: string, b: string): boolean {
  if (a === b) return true
  return isWebvh(a) && isWebvh(b) && parseDid(a).scid === parseDid(b).scid
}

function isWebvh(did: string): boolean {
  return did.startsWith('did:webvh:')
}

function isRule(value: Json): value is IssuerRule {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { issuer, eventTypes, items, ...rest } = value as { readonly [name: string]: Json }
  const isList = (list: Json | undefined): boolean =>
    list === undefined || (Array.isArray(list) && list.every((item) => typeof item === 'string'))
  return (
    typeof issuer === 'string' &&
    /^did:(webvh|key):/.test(issuer) &&
    isList(eventTypes) &&
    isList(items) &&
    Object.keys(rest).length === 0
  )
}
