// What the places of stores and keys have in common, each one line of the configuration: a name, then parameters like a URL's.

export type Parameters = {
  text(name: string): string | undefined
  url(name: string): string | undefined
  flag(name: string): boolean
  /** Whether there were others, or one of them twice. */
  hasMore(): boolean
}

/** Throws an Error whose message completes "VARIABLE …" and repeats nothing: it could be a secret. */
export function parseParameters(query: string): Parameters {
  const given = [...new URLSearchParams(query)]
  let taken = 0
  const text = (name: string): string | undefined => {
    const value = given.find(([known]) => known === name)?.[1]
    if (value !== undefined) taken++
    return value
  }
  return {
    text,
    url(name) {
      const value = text(name)
      return value === undefined ? undefined : endpointUrl(value)
    },
    flag(name) {
      const value = text(name) ?? 'false'
      if (value !== 'true' && value !== 'false') throw new Error(`must have ${name}=true or false`)
      return value === 'true'
    },
    hasMore: () => taken < given.length,
  }
}

/** What stands before the first `at`, and what stands behind it. */
export function split(text: string, at: string): readonly [string, string] {
  const index = text.indexOf(at)
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + at.length)]
}

// Without name, password or query: those are secrets, and the configuration is printed.
function endpointUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  const isPlain =
    url?.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (isHttp && isPlain) return value
  throw new Error('must have an endpoint that is an http or https URL without credentials or query')
}
