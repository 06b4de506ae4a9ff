// Conditional and range requests on a file that is read whole (RFC 9110 §13, §14). Files here are small; what ranges are
// for is to go on after a break, and to read on where a log has grown.

/** The bytes to send: all, a part, or none that exist. */
export type Selection =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  | { readonly kind: 'unsatisfiable' }

/** What a conditional request comes to, in the order of RFC 9110 §13.2.2. */
export function evaluateConditions(
  headers: { readonly [name: string]: string | readonly string[] | undefined },
  etag: string,
): 'send' | 'not-modified' | 'failed' {
  const ifMatch = headers['if-match']
  if (typeof ifMatch === 'string' && !listOf(ifMatch).some((tag) => tag === etag || tag === '*')) {
    return 'failed' // §13.1.1: strong comparison.
  }
  const ifNoneMatch = headers['if-none-match']
  if (typeof ifNoneMatch !== 'string') return 'send'
  // §13.1.2: weak comparison, a list, or `*`.
  const tags = listOf(ifNoneMatch).map((tag) => tag.replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*') ? 'not-modified' : 'send'
}

/** What a `Range` header selects of `size` bytes. Other units and several ranges are ignored, as §14.2 allows. */
export function selectRange(
  range: string | undefined,
  size: number,
  { ifRange, etag }: { readonly ifRange: string | undefined; readonly etag: string },
): Selection {
  // §13.1.5: a part of another version would be spliced into the wrong file.
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return { kind: 'whole' }
  const [match, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range) ?? []
  if (match === undefined || (from === '' && to === '')) return { kind: 'whole' }
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (from !== '' && to !== '' && Number(to) < Number(from)) return { kind: 'whole' } // §14.1.1: not a range.
  return first <= last && first < size ? { kind: 'part', first, last } : { kind: 'unsatisfiable' }
}

function listOf(header: string): readonly string[] {
  return header.split(',').map((tag) => tag.trim())
}
