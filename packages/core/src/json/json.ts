// What JSON is to this project: the I-JSON profile (RFC 7493) of plain data, and how much of it is accepted at once.

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** A JSON object. Names are data: read them with `Object.hasOwn` or `Object.entries` when they come from outside. */
export type JsonObject = { readonly [name: string]: Json }

/** How much JSON is accepted; by default 1 MiB, 64 levels and 65,536 members and elements. */
export type JsonLimits = {
  /** Bytes of UTF-8, read or written. */
  readonly maxBytes?: number
  /** Nesting: `[[1]]` is two levels deep. At most 1,000. */
  readonly maxDepth?: number
  /** Members of objects plus elements of arrays, in the whole value. */
  readonly maxMembers?: number
  /**
   * In `canonicalize`: refuse integers from 2^53 to 1e21. RFC 8785 §3.2.2.3 writes them as bare digits, which `parseStrict`
   * refuses, so what is signed and stored must not hold them.
   */
  readonly safeIntegers?: boolean
}

/** Limits that hold where the caller states none: 1 MiB, 64 levels, 65,536 members and elements. */
export const defaultJsonLimits: Required<JsonLimits> = {
  maxBytes: 1_048_576,
  maxDepth: 64,
  maxMembers: 65_536,
  safeIntegers: false,
}

/** `limits` with every default filled in. */
export function completeLimits(limits: JsonLimits | undefined): Required<JsonLimits> {
  if (limits === undefined) return defaultJsonLimits
  const complete = { ...defaultJsonLimits, ...limits }
  // Values are walked by recursion: a deeper limit would trade a coded error for a stack overflow.
  return complete.maxDepth > 1000 ? { ...complete, maxDepth: 1000 } : complete
}

/** Tells whether `value` is a JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON-LD's way with single values: one value stands for a list of one. */
export function asList(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value
  return value === undefined ? [] : [value as Json]
}
