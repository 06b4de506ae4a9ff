// Where the published files lie, as one line of the configuration: `file:DIR`, `s3://BUCKET/PREFIX?…` or
// `azure://CONTAINER/PREFIX?…`. Credentials never stand in it.

export type StorePlace =
  | { readonly kind: 'file'; readonly folder: string }
  | {
      readonly kind: 's3'
      readonly bucket: string
      readonly prefix: string
      readonly endpoint: string | undefined
      readonly region: string | undefined
      readonly pathStyle: boolean
      readonly unquotedEtags: boolean
    }
  | {
      readonly kind: 'azure'
      readonly container: string
      readonly prefix: string
      readonly endpoint: string | undefined
    }

const FORMS =
  'must be file:DIR, s3://BUCKET/PREFIX?endpoint=URL&region=NAME&pathStyle=true&unquotedEtags=true or azure://CONTAINER/PREFIX?endpoint=URL (all but the first word optional)'

// Names of buckets and containers, and what can stand before a store's keys.
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const PREFIX = /^([A-Za-z0-9._-]{1,128}\/)*$/

/** Reads a place. Throws an Error whose message completes "VARIABLE …" and repeats nothing: it could be a secret. */
export function parseStorePlace(text: string): StorePlace {
  const [scheme, rest] = split(text, ':')
  if (scheme === 'file' && /^(?!\/\/)./.test(rest)) return { kind: 'file', folder: rest }
  if (scheme !== 's3' && scheme !== 'azure') throw new Error(FORMS)
  if (!rest.startsWith('//')) throw new Error(FORMS)
  const [path, query] = split(rest.slice(2), '?')
  const [bucket, below] = split(path, '/')
  const prefix = below === '' || below.endsWith('/') ? below : `${below}/`
  const isPlain = BUCKET.test(bucket) && PREFIX.test(prefix) && !/(^|\/)\.\.?\//.test(prefix)
  if (!isPlain) throw new Error(FORMS)
  const parameters = parseParameters(query)
  const place: StorePlace =
    scheme === 'azure'
      ? { kind: scheme, container: bucket, prefix, endpoint: parameters.url('endpoint') }
      : {
          kind: scheme,
          bucket,
          prefix,
          endpoint: parameters.url('endpoint'),
          region: parameters.text('region'),
          pathStyle: parameters.flag('pathStyle'),
          unquotedEtags: parameters.flag('unquotedEtags'),
        }
  if (parameters.hasMore()) throw new Error(FORMS)
  return place
}

type Parameters = {
  text(name: string): string | undefined
  url(name: string): string | undefined
  flag(name: string): boolean
  /** Whether there were others, or one of them twice. */
  hasMore(): boolean
}

function parseParameters(query: string): Parameters {
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

// Without name, password or query: those are secrets, and the configuration is printed.
function endpointUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  const isPlain =
    url?.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (isHttp && isPlain) return value
  throw new Error('must have an endpoint that is an http or https URL without credentials or query')
}

function split(text: string, at: string): readonly [string, string] {
  const index = text.indexOf(at)
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + at.length)]
}
