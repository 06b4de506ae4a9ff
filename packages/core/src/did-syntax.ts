// The syntax of DIDs (DID Core §3.1), for every method.

/** Tells whether `text` is a DID without path, query and fragment. Never throws. */
export function isDid(text: unknown): text is string {
  return (
    typeof text === 'string' &&
    text.length <= 2048 &&
    /^did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]$/.test(text) &&
    (!text.includes('%') || !/%(?![0-9A-Fa-f]{2})/.test(text))
  )
}
