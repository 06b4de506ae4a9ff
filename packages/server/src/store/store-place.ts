// Where the published files lie, as one line of the configuration: `file:DIR`, `s3://BUCKET/PREFIX?…` or
// `azure://CONTAINER/PREFIX?…`. Credentials never stand in it.
import { parseParameters, split } from '../place-parameters.ts'

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
