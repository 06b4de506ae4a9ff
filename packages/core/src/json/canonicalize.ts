// JSON Canonicalization Scheme (RFC 8785) over the I-JSON profile, in one pass that checks each value as it writes it.
import { DppError } from '../errors.ts'
import { type CanonicalObject, cutObject } from './cut-object.ts'
import { completeLimits, type JsonLimits, type JsonObject } from './json.ts'
import {
  assertByteLength,
  assertWellFormed,
  itemsError,
  limitError,
  numberError,
} from './json-checks.ts'

/**
 * Writes the canonical text of a plain JSON value. With `safeIntegers`, `parseStrict` reads back whatever is written here.
 *
 * Refuses with a code, in bounded work: undefined, functions, symbols, BigInt, class instances (Date, Map, boxed values, typed
 * arrays), sparse arrays, arrays with names, NaN and infinities, lone surrogates, cycles and excessive depth or size. Members
 * called `toJSON` or `__proto__` are data like any other. Each property is read once, so the text is a snapshot even of a value
 * with getters.
 *
 * @throws DppError `ERR_DPP_JSON_UNSUPPORTED`, `ERR_DPP_JSON_NUMBER`, `ERR_DPP_JSON_SURROGATE`, `ERR_DPP_JSON_LIMIT`
 */
export function canonicalize(value: unknown, limits?: JsonLimits): string {
  const writer = createWriter(limits)
  const text = guarded(() => writeValue(writer, value, 0))
  assertByteLength(text, writer.limits.maxBytes)
  return text
}

/**
 * Writes an object member by member, so that a document with and without its proof costs one pass; {@link joinMembers} makes a
 * text of some of them. `isParsed` promises that the object comes straight from JSON.parse, which makes nothing but plain objects
 * and arrays; `source` that it came from this text, without lone surrogates: canonical text is not written again but cut.
 *
 * @throws as `canonicalize` does
 */
export function canonicalObject(
  object: JsonObject,
  limits: JsonLimits,
  isParsed: boolean,
  source?: string,
): CanonicalObject {
  const cut = source === undefined ? undefined : cutObject(object, source, completeLimits(limits))
  if (cut !== undefined) return cut
  const writer = createWriter(limits, isParsed)
  const members = guarded(() =>
    sortedNames(writer, object).map((name) => {
      const text = writeValue(writer, object[name], 1)
      return { name, text: `${writeString(writer, name)}:${text}` }
    }),
  )
  return { text: joinMembers(members), members, memberCount: writer.memberCount }
}

/** The canonical text of an object with these members. */
export function joinMembers(members: CanonicalObject['members']): string {
  let text = ''
  for (const member of members) text += (text === '' ? '{' : ',') + member.text
  return text === '' ? '{}' : `${text}}`
}

type Writer = {
  readonly limits: Required<JsonLimits>
  readonly isParsed: boolean
  items: number // Members and elements so far.
  memberCount: number // Members alone, which `parseStrict` compares with the text's.
  length: number // UTF-16 units of the strings so far: a lower bound of the bytes.
}

function createWriter(limits: JsonLimits | undefined, isParsed = false): Writer {
  return { limits: completeLimits(limits), isParsed, items: 0, memberCount: 0, length: 0 }
}

function writeValue(writer: Writer, value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(writer, value)
    case 'number':
      return writeNumber(value, writer.limits.safeIntegers)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      if (depth >= writer.limits.maxDepth) {
        throw limitError(`more than ${writer.limits.maxDepth} levels, or a cycle`)
      }
      return Array.isArray(value)
        ? writeArray(writer, value, depth)
        : writeObject(writer, value, depth)
    default:
      throw unsupported(value === undefined ? 'undefined' : `a ${typeof value}`)
  }
}

function writeArray(writer: Writer, array: readonly unknown[], depth: number): string {
  countItems(writer, array.length)
  // Fewer names than elements: sparse. More: members that the text would lose.
  if (!writer.isParsed && Object.keys(array).length !== array.length)
    throw unsupported('an array with gaps')
  let text = '['
  for (let i = 0; i < array.length; i++) {
    text += (i === 0 ? '' : ',') + writeValue(writer, array[i], depth + 1)
  }
  return `${text}]`
}

function writeObject(writer: Writer, object: object, depth: number): string {
  const names = sortedNames(writer, object)
  let text = '{'
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    const value = (object as { readonly [name: string]: unknown })[name]
    const comma = i === 0 ? '' : ','
    text += `${comma}${writeString(writer, name)}:${writeValue(writer, value, depth + 1)}`
  }
  return `${text}}`
}

/** Names of a plain object in canonical order; refuses every other kind of object. */
function sortedNames(writer: Writer, object: object): readonly string[] {
  if (!writer.isParsed) assertPlain(object)
  const names = Object.keys(object)
  countItems(writer, names.length)
  if (!writer.isParsed && Object.getOwnPropertySymbols(object).length > 0) {
    throw unsupported('a symbol')
  }
  writer.memberCount += names.length
  // RFC 8785 §3.2.3: sort by UTF-16 code unit, which is how JavaScript compares strings.
  if (names.length > 16) return names.sort()
  for (let i = 1; i < names.length; i++) {
    const name = names[i] as string
    let j = i
    for (; j > 0 && (names[j - 1] as string) > name; j--) names[j] = names[j - 1] as string
    names[j] = name
  }
  return names
}

function assertPlain(object: object): void {
  const prototype = Object.getPrototypeOf(object)
  if (
    prototype !== Object.prototype &&
    prototype !== null &&
    !isForeignObjectPrototype(prototype)
  ) {
    throw unsupported('a class instance')
  }
}

/** `Object.prototype` of another realm (an iframe, a vm context, a test runner). */
function isForeignObjectPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

function countItems(writer: Writer, count: number): void {
  writer.items += count
  if (writer.items > writer.limits.maxMembers) {
    throw itemsError(writer.limits.maxMembers)
  }
}

function writeNumber(value: number, safeIntegers: boolean): string {
  if (!Number.isFinite(value)) {
    throw numberError()
  }
  // RFC 8785 §3.2.2.3: up to 1e21 an integer is written without exponent, as bare digits.
  if (safeIntegers && Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 1e21) {
    throw numberError()
  }
  return String(value) // RFC 8785 §3.2.2.3: ECMAScript's Number::toString; −0 becomes 0.
}

function writeString(writer: Writer, value: string): string {
  writer.length += value.length
  if (writer.length > writer.limits.maxBytes)
    throw limitError(`more than ${writer.limits.maxBytes} bytes`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8785 §3.2.2.2 escapes exactly these.
  if (!/["\\\u0000-\u001f\ud800-\udfff]/.test(value)) return `"${value}"`
  assertWellFormed(value)
  return JSON.stringify(value) // Its escapes are those of RFC 8785 §3.2.2.2.
}

/** Runs `write`; an exception of the value's own (a getter, a proxy) becomes a coded one. */
function guarded<T>(write: () => T): T {
  try {
    return write()
  } catch (cause) {
    if (cause instanceof DppError) throw cause
    throw new DppError('ERR_DPP_JSON_UNSUPPORTED', 'a value that throws', { cause })
  }
}

function unsupported(what: string): DppError<'ERR_DPP_JSON_UNSUPPORTED'> {
  return new DppError('ERR_DPP_JSON_UNSUPPORTED', `not plain JSON: ${what}`)
}
