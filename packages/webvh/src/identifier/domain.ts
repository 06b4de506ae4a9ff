// Domain names in DIDs: IDNA processing and the rules of RFC 1035, 1123 and 2181; IP addresses are refused.
import { DppError } from '@dpp/core'
import { decodePunycode } from './punycode.ts'

// IDNA2008 (RFC 5892 §2): letters, marks and decimal digits, plus its exceptions and the contextual characters.
// WHATWG processing alone would let symbols and emoji through (UTS 46), which IDNA2008 disallows.
const idna2008 = /^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}.\-·͵׳״・〇་۽۾\u200c\u200d]+$/u

// What all the rules below leave as it is: no label that IDNA reads, and a last one that no URL parser takes for a number.
const plain =
  /^(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!xn--)[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * The lower-case ASCII form of a decoded domain name.
 *
 * Refuses IP addresses in every spelling that a URL parser reads as one, single labels (`localhost`), labels that are
 * empty, longer than 63 octets or not letters, digits and inner hyphens, and names longer than 253 octets.
 * @throws ERR_DPP_DID_INVALID
 */
export function toAsciiDomain(domain: string): string {
  if (domain.length < 254 && plain.test(domain)) return domain
  if (!idna2008.test(domain.normalize('NFKC').toLowerCase()))
    throw invalid('characters outside IDNA2008')
  const ascii = urlHost(domain)
  // A URL parser turns `0x7f.1`, `2130706433` and full-width digits into dotted decimals: refuse the result.
  if (/^[0-9.]+$/.test(ascii)) throw invalid('an IP address')
  const labels = ascii.split('.')
  if (labels.length < 2) throw invalid('not fully qualified')
  if (ascii.length > 253) throw invalid('longer than 253 octets') // RFC 2181 §11, without the root label.
  for (const label of labels) {
    if (label.length > 63) throw invalid('a label longer than 63 octets')
    if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label))
      throw invalid('a label that RFC 1123 does not allow')
    if (label.startsWith('xn--') && !isALabel(label))
      throw invalid('an xn-- label that IDNA2008 does not allow')
  }
  return ascii
}

// RFC 5890 §2.3.2.1: an A-label is what its U-label encodes to. URL parsers differ in how far they check that.
function isALabel(label: string): boolean {
  const unicode = decodePunycode(label.slice(4))
  if (unicode === undefined || !idna2008.test(unicode) || unicode.normalize('NFC') !== unicode)
    return false
  return /[^\0-\x7f]/.test(unicode) && urlHost(`${unicode}.example`) === `${label}.example`
}

function urlHost(domain: string): string {
  try {
    return new URL(`https://${domain}/`).hostname
  } catch (cause) {
    throw invalid('refused by IDNA processing', cause)
  }
}

function invalid(reason: string, cause?: unknown): DppError {
  return new DppError(
    'ERR_DPP_DID_INVALID',
    `not a did:webvh DID: the domain is or has ${reason}`,
    { cause },
  )
}
