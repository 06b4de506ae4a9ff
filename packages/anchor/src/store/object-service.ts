// The requests of a service of objects that writes conditionally, and the entity tags that name its versions.
import { storeError } from '../errors.ts'
import type { StreamedBody } from './body-chunks.ts'
import type { ObjectMeta } from './store.ts'

/** A service's requests. Each is sent once and throws the client's own error. */
export type ObjectService = {
  get(path: string, signal: AbortSignal): Promise<ObjectAnswer>
  head(path: string, signal: AbortSignal): Promise<Version | undefined>
  put(write: ObjectWrite, signal: AbortSignal): Promise<string>
  remove(path: string, signal: AbortSignal): Promise<unknown>
  list(prefix: string, from: string | undefined, signal: AbortSignal): Promise<ObjectPage>
  classify(error: unknown): FailureKind
  /** Added to the message where a replacement keeps failing although its version stands there. */
  readonly hint?: string
}

/** One write, the same in every attempt. */
export type ObjectWrite = {
  readonly path: string
  readonly body: Uint8Array
  readonly meta: ObjectMeta
  /** The version to replace; `undefined`: there must be none. */
  readonly token: string | undefined
  /** To be kept in the object's metadata. */
  readonly writeId: string
}

/** A version of an object, and the id of the write that made it. */
export type Version = { readonly token: string; readonly writeId: string | undefined }

/** An answer to GET as it begins to arrive. */
export type ObjectAnswer = {
  readonly status: number | undefined
  readonly tag: string | undefined
  readonly length: number | undefined
  readonly body: StreamedBody | undefined
}

export type ObjectPage = {
  readonly paths: readonly string[]
  /** Where the next page begins; `undefined`: this is the last one. */
  readonly next: string | undefined
}

/**
 * What a failed request says. `absent`: there is no such object. `refused`: credentials, rights, or a bucket that is
 * not there; asking again does not help. `unknown`: everything else, above all failures after which a write may stand.
 */
export type FailureKind = 'absent' | 'refused' | 'unknown'

// RFC 9110 §8.8.3: a strong entity tag, here without `*` and comma. `*`, a list or a weak tag in If-Match would mean
// something else, and a service that takes tags unquoted would be sent what stands between the quotes.
const STRONG_TAG = /^"[\x21\x23-\x29\x2b\x2d-\x7e]{1,128}"$/

/** The token of a version. @throws ERR_DPP_STORE_UNAVAILABLE where a strong entity tag is missing */
export function requireTag(tag: string | undefined): string {
  if (tag !== undefined && isStrongTag(tag)) return tag
  throw storeError('ERR_DPP_STORE_UNAVAILABLE', 'the service names no strong entity tag')
}

/** Whether a text names exactly one version. */
export function isStrongTag(tag: string): boolean {
  return STRONG_TAG.test(tag)
}
