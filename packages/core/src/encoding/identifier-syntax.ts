// The syntax of identifiers, as far as it is checked everywhere: URIs (RFC 3986) and DIDs of any method (DID Core §3.1).

/** Tells whether `text` is a DID without path, query and fragment. Never throws. */
export function isDid(text: unknown): text is string {
  return (
    typeof text === 'string' &&
    text.length <= 2048 &&
    /^did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]$/.test(text) &&
    (!text.includes('%') || !/%(?![0-9A-Fa-f]{2})/.test(text))
  )
}

/** Tells whether `text` is an absolute URI of at most 500 characters after its scheme. Never throws. */
export function isUri(text: unknown): text is string {
  return typeof text === 'string' && /^[a-z][a-z0-9+.-]*:[!-~]{1,500}$/i.test(text)
}
