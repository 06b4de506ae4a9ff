// Strict JSON: RFC 8259 text that is also I-JSON (RFC 7493) and small enough, or a coded error.
//
// The engine's JSON.parse decides the grammar. Around it stand the checks that it lacks: a scan of the text before (limits,
// integers that a double would change) and a walk over the value after (lone surrogates, overflow, duplicate names).
import { DppError } from '../errors.ts'
import { canonicalObject } from './canonicalize.ts'
import type { CanonicalObject } from './cut-object.ts'
import {
  completeLimits,
  isJsonObject,
  type Json,
  type JsonLimits,
  type JsonObject,
} from './json.ts'
import {
  assertByteLength,
  assertWellFormed,
  itemsError,
  limitError,
  numberError,
} from './json-checks.ts'
import { decodeUtf8 } from './utf8.ts'

/**
 * Parses JSON and refuses everything that two readers could understand differently: malformed UTF-8, a byte order mark,
 * duplicate names, lone surrogates, numbers beyond a double, integers beyond ±(2^53−1), and more of it than `limits` allow.
 *
 * @throws DppError `ERR_DPP_JSON_UTF8`, `ERR_DPP_JSON_SYNTAX`, `ERR_DPP_JSON_DUPLICATE`, `ERR_DPP_JSON_SURROGATE`,
 *   `ERR_DPP_JSON_NUMBER`, `ERR_DPP_JSON_LIMIT`
 */
export function parseStrict(input: Uint8Array | string, limits?: JsonLimits): Json {
  const complete = completeLimits(limits)
  const text = decodeText(input, complete.maxBytes)
  const members = scan(text, complete)
  const value = parseText(text)
  assertNoDuplicates(members, countMembers(value))
  return value
}

/** An object with its canonical text (RFC 8785), whole and member by member. */
export type CanonicalJson = CanonicalObject & { readonly object: JsonObject }

/**
 * Parses an object as {@link parseStrict} does and gives its canonical text too, recognised and not written where the input is
 * canonical already. Undefined for JSON that is no object. Refuses integers beyond ±(2^53−1) in every spelling: their canonical
 * text is bare digits, which `parseStrict` would not read back.
 *
 * @throws as `parseStrict` does
 */
export function parseCanonical(
  input: Uint8Array | string,
  limits?: JsonLimits,
): CanonicalJson | undefined {
  const complete = { ...completeLimits(limits), safeIntegers: true }
  const text = decodeText(input, complete.maxBytes)
  const early = text.length > shortText ? scan(text, complete) : undefined
  const object = parseText(text)
  if (!isJsonObject(object)) return undefined
  // Looks at each value, as `countMembers` does.
  const canonical = canonicalObject(object, complete, true, text)
  // Text that was canonical already lost nothing on the way: it needs no scan.
  if (text !== canonical.text) {
    assertNoDuplicates(early ?? scan(text, complete), canonical.memberCount)
  }
  return { ...canonical, object }
}

/** Text that JSON.parse may see before its limits are looked at: it makes some thousand values at worst. */
const shortText = 16_384

function parseText(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new DppError('ERR_DPP_JSON_SYNTAX', 'not JSON', { cause })
  }
}

/** JSON.parse keeps the last of two equal names and drops the other with all it holds: any duplicate lowers the count. */
function assertNoDuplicates(inText: number, inValue: number): void {
  if (inText !== inValue) {
    throw new DppError('ERR_DPP_JSON_DUPLICATE', 'a duplicate name')
  }
}

function decodeText(input: Uint8Array | string, maxBytes: number): string {
  let text: string
  if (typeof input === 'string') {
    assertByteLength(input, maxBytes)
    assertWellFormed(input)
    text = input
  } else {
    if (input?.length > maxBytes) throw limitError(`more than ${maxBytes} bytes`)
    text = decodeUtf8(input)
  }
  // RFC 8259 §8.1: a parser may ignore a byte order mark; one that is refused cannot hide in signed bytes.
  if (text.charCodeAt(0) === 0xfeff) {
    throw new DppError('ERR_DPP_JSON_UTF8', 'a byte order mark')
  }
  return text
}

/**
 * Counts the members of all objects (each has one colon outside strings) while it enforces the limits, before anything is
 * built. On text that is not JSON the count means nothing; JSON.parse refuses that text afterwards.
 */
function scan(text: string, { maxDepth, maxMembers }: Required<JsonLimits>): number {
  let depth = 0
  let members = 0
  let items = 0 // Members and elements: one more than the commas in each bracket that is not empty.
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0x22 /* " */) {
      i = endOfString(text, i)
    } else if (unit === 0x3a /* : */) {
      members++
    } else if (unit === 0x2c /* , */) {
      if (++items > maxMembers) throw itemsError(maxMembers)
    } else if (unit === 0x7b /* { */ || unit === 0x5b /* [ */) {
      if (!closesNext(text, i, unit)) items++
      if (items > maxMembers) throw itemsError(maxMembers)
      if (++depth > maxDepth) throw limitError(`more than ${maxDepth} levels`)
    } else if (unit === 0x7d /* } */ || unit === 0x5d /* ] */) {
      depth--
    } else if (unit >= 0x30 && unit <= 0x39) {
      i = endOfNumber(text, i)
    }
  }
  return members
}

/** Index of the quote that ends the string which starts at `start`, or of the text's end. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++
    if (backslashes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return text.length
}

/** Tells whether the bracket at `open` is empty. */
function closesNext(text: string, open: number, unit: number): boolean {
  let next = open + 1
  while (text.charCodeAt(next) <= 0x20) next++
  return text.charCodeAt(next) === unit + 2 // In ASCII, ] and } stand two after [ and {.
}

/** Index of the last character of the number whose first digit is at `start`. */
function endOfNumber(text: string, start: number): number {
  numberToken.lastIndex = start
  numberToken.test(text)
  const end = numberToken.lastIndex
  // RFC 7493 §2.2: beyond ±(2^53−1) readers disagree about which integer was meant.
  if (end - start > 15) {
    const token = text.slice(start, end)
    if (!/\D/.test(token) && !Number.isSafeInteger(Number(token))) throw numberError()
  }
  return end - 1
}

const numberToken: RegExp = /[\d.eE+-]+/y

/** Members of all objects in `value`; throws on what JSON.parse lets through. Recursion is bounded: `scan` saw the depth. */
function countMembers(value: Json): number {
  if (typeof value === 'string') {
    assertWellFormed(value)
    return 0
  }
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return 0
    throw numberError()
  }
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const element of value) count += countMembers(element)
    return count
  }
  for (const name of Object.keys(value)) {
    assertWellFormed(name)
    count += 1 + countMembers((value as { readonly [name: string]: Json })[name] as Json)
  }
  return count
}
