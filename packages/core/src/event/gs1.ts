// GS1 identification keys, their check digits, and GS1 Digital Link URIs (GS1 Digital Link standard 1.3, GS1 General Specifications).
import { DppError } from '../errors.ts'

/** One trade item: a GTIN of 8, 12, 13 or 14 digits and the serial number of the single item. */
export type SerializedItem = { readonly gtin: string; readonly serial: string }

/** What a Digital Link names. GTINs come back with 14 digits. */
export type DigitalLink =
  | { readonly gtin: string; readonly serial?: string; readonly lot?: string }
  | { readonly gln: string; readonly extension?: string }

/**
 * The check digit for the digits that stand before it (GS1 General Specifications §7.9: weights 3 and 1 from the right).
 *
 * @throws DppError `ERR_DPP_GS1_INVALID` for anything but 1 to 17 digits.
 */
export function checkDigit(digits: string): string {
  if (typeof digits !== 'string' || !/^[0-9]{1,17}$/.test(digits)) {
    throw new DppError('ERR_DPP_GS1_INVALID', 'a check digit is computed from 1 to 17 digits')
  }
  return computeCheckDigit(digits)
}

/** Tells whether `text` is a GTIN-8, -12, -13 or -14 with the right check digit. Never throws. */
export function isGtin(text: unknown): text is string {
  return (
    typeof text === 'string' && /^([0-9]{8}|[0-9]{12,14})$/.test(text) && endsInCheckDigit(text)
  )
}

/** Tells whether `text` is a GLN (13 digits) with the right check digit. Never throws. */
export function isGln(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9]{13}$/.test(text) && endsInCheckDigit(text)
}

/**
 * The Digital Link of one item: `https://id.gs1.org/01/09521234500018/21/W26-000001`. The GTIN is padded to 14 digits.
 *
 * @throws DppError `ERR_DPP_GS1_INVALID` for a wrong check digit, or a serial number that GS1 does not allow (AI 21: 1 to 20
 *   characters of CSET 82).
 */
export function digitalLink({ gtin, serial }: SerializedItem): string {
  if (!isGtin(gtin))
    throw invalid('not a GTIN: 8, 12, 13 or 14 digits of which the last is the check digit')
  if (!isAlphanumeric(serial)) throw invalid('not a GS1 serial number (AI 21): 1 to 20 characters')
  return `${canonicalRoot}01/${gtin.padStart(14, '0')}/21/${encodeURIComponent(serial)}`
}

/**
 * The Digital Link of a place: `https://id.gs1.org/414/9521234000037`.
 *
 * @throws DppError `ERR_DPP_GS1_INVALID`
 */
export function locationLink(gln: string): string {
  if (!isGln(gln)) throw invalid('not a GLN: 13 digits of which the last is the check digit')
  return `${canonicalRoot}414/${gln}`
}

/**
 * Reads an uncompressed Digital Link for a trade item (AI 01 with 10 or 21) or a place (AI 414 with 254), on any https domain.
 * Other keys, query attributes and fragments are refused: they would name more than is returned.
 *
 * @throws DppError `ERR_DPP_GS1_INVALID`
 */
export function parseDigitalLink(uri: string): DigitalLink {
  const match = typeof uri === 'string' && uri.length <= 500 ? linkPattern.exec(uri) : null
  if (match === null) throw invalid('not a GS1 Digital Link for AI 01 or 414')
  const [, key, value, qualifier, encoded] = match as unknown as readonly string[]
  const text = encoded === undefined ? undefined : decodeQualifier(encoded)
  if (key === '01') {
    if (value?.length !== 14 || !isGtin(value)) throw invalid('its GTIN is wrong')
    if (text === undefined) return { gtin: value }
    if (qualifier === '21') return { gtin: value, serial: text }
    if (qualifier === '10') return { gtin: value, lot: text }
  } else if (isGln(value)) {
    if (text === undefined) return { gln: value }
    if (qualifier === '254') return { gln: value, extension: text }
  }
  throw invalid('its key or qualifier is wrong')
}

const canonicalRoot = 'https://id.gs1.org/'
const linkPattern =
  /^https:\/\/[^/?#@\s]+(?:\/[^?#\s]*)?\/(01|414)\/([0-9]{13,14})(?:\/(10|21|254)\/([^/?#\s]+))?$/

function endsInCheckDigit(digits: string): boolean {
  return computeCheckDigit(digits.slice(0, -1)) === digits.slice(-1)
}

function computeCheckDigit(digits: string): string {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    sum += (digits.charCodeAt(digits.length - 1 - i) - 48) * (i % 2 === 0 ? 3 : 1)
  }
  return String((10 - (sum % 10)) % 10)
}

function decodeQualifier(encoded: string): string {
  let text: string
  try {
    text = decodeURIComponent(encoded)
  } catch (cause) {
    throw new DppError('ERR_DPP_GS1_INVALID', 'malformed percent-encoding', { cause })
  }
  if (!isAlphanumeric(text))
    throw invalid('a serial or lot number has 1 to 20 characters of CSET 82')
  return text
}

/** GS1 General Specifications §7.11, figure 7.11-1: CSET 82. */
function isAlphanumeric(text: unknown): text is string {
  return typeof text === 'string' && /^[!-"%-?A-Z_a-z]{1,20}$/.test(text)
}

function invalid(message: string): DppError<'ERR_DPP_GS1_INVALID'> {
  return new DppError('ERR_DPP_GS1_INVALID', message)
}
