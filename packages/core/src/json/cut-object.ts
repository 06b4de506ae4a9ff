// Canonical text that need not be written, because the text that came in is it: recognised by its length, and cut into members.
import type { Json, JsonLimits, JsonObject } from './json.ts'

/** An object's canonical text, and that of each member (`"name":value`) in canonical order. */
export type CanonicalObject = {
  readonly text: string
  readonly members: readonly { readonly name: string; readonly text: string }[]
  /** Members of all objects within. */
  readonly memberCount: number
}

/**
 * Cuts `source`, the text without lone surrogates that `object` was parsed from, into its members, if it is
 * canonical. Undefined if it is not, if it goes beyond a limit, or if only writing can tell, as with any escape.
 *
 * Without escapes a text holds each string and each name in one and the same length. White space, and the duplicates that
 * JSON.parse drops, only add to it; so where the length is that of the canonical text, the text is the canonical one.
 */
export function cutObject(
  object: JsonObject,
  source: string,
  limits: Required<JsonLimits>,
): CanonicalObject | undefined {
  if (source.includes('\\')) return undefined
  const count = { items: 0, members: 0, limits }
  const members: { readonly name: string; readonly text: string }[] = []
  let start = 1
  const length = measureObject(count, object, 1, (name, ofMember) => {
    members.push({ name, text: source.slice(start, start + ofMember) })
    start += ofMember + 1
  })
  return length === source.length && count.items <= limits.maxMembers
    ? { text: source, members, memberCount: count.members }
    : undefined
}

type Count = { items: number; members: number; readonly limits: Required<JsonLimits> }

/** The length of the canonical text; NaN where the names stood, or may have stood, in another order. */
function measureObject(
  count: Count,
  object: JsonObject,
  depth: number,
  onMember?: (name: string, length: number) => void,
): number {
  const names = Object.keys(object)
  count.items += names.length
  count.members += names.length
  let length = names.length === 0 ? 2 : 1
  let last = ':' // Digits sort before it: JavaScript moves names like 10 to the front, wherever they stood.
  for (const name of names) {
    if (name < last) return Number.NaN
    last = name
    const ofMember = name.length + 3 + measure(count, object[name] as Json, depth)
    onMember?.(name, ofMember)
    length += ofMember + 1
  }
  return length
}

/** NaN beyond the depth limit, where the recursion ends, and for a number that could be spelled in as few characters. */
function measure(count: Count, value: Json, depth: number): number {
  if (typeof value === 'string') return value.length + 2
  if (value === null || value === true) return 4
  if (value === false) return 5
  if (typeof value === 'number') return measureNumber(value)
  if (depth >= count.limits.maxDepth) return Number.NaN
  if (!Array.isArray(value)) return measureObject(count, value as JsonObject, depth + 1)
  count.items += value.length
  let length = value.length === 0 ? 2 : 1
  for (const element of value) length += 1 + measure(count, element, depth + 1)
  return length
}

/** 100 is as long as 1e2. What does not end in a zero, or has two digits, takes more in every spelling but its own. */
function measureNumber(value: number): number {
  const isShortest = Number.isSafeInteger(value) && (value % 10 !== 0 || Math.abs(value) < 100)
  return isShortest ? String(value).length : Number.NaN
}
