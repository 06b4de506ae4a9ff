// The checks that reading and writing JSON share: what is refused on the way in is refused on the way out.
import { DppError } from '../errors.ts'
import { encodeUtf8 } from './utf8.ts'

/** Throws when `text` takes more than `maxBytes` of UTF-8. */
export function assertByteLength(text: string, maxBytes: number): void {
  // UTF-8 takes one to three bytes per UTF-16 unit: count exactly only where it matters.
  if (
    text.length > maxBytes ||
    (text.length * 3 > maxBytes && encodeUtf8(text).length > maxBytes)
  ) {
    throw limitError(`more than ${maxBytes} bytes`)
  }
}

/** RFC 7493 §2.1: no unpaired surrogates; UTF-8 cannot carry them, so two writers would sign different bytes. */
export function assertWellFormed(text: string): void {
  // With the u flag the class matches unpaired ones only.
  if (/\p{Surrogate}/u.test(text)) {
    throw new DppError('ERR_DPP_JSON_SURROGATE', 'a string holds a lone surrogate')
  }
}

/** The error for a number that JSON, or a reader of it, cannot hold. */
export function numberError(): DppError<'ERR_DPP_JSON_NUMBER'> {
  return new DppError(
    'ERR_DPP_JSON_NUMBER',
    'a number beyond 2^53-1 or not finite: write it as a string',
  )
}

/** The error for more JSON than a limit allows. */
export function limitError(what: string): DppError<'ERR_DPP_JSON_LIMIT'> {
  return new DppError('ERR_DPP_JSON_LIMIT', `refused JSON with ${what}`)
}

/** The error for too many members and elements. */
export function itemsError(maxMembers: number): DppError<'ERR_DPP_JSON_LIMIT'> {
  return limitError(`more than ${maxMembers} members and elements`)
}
