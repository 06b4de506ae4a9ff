// Ids of traces that anybody can compute who knows the event or the batch. A batch is sealed an hour after its events came
// in, by another process perhaps: what a link points to must not have to be remembered until then.
import { decodeMultibase, decodeMultihash, encodeUtf8, sha256, toHex } from '@dpp/core'
import type { Batch } from '../journal/batch-port.ts'

/** Where a span stands, in the form of W3C Trace Context. */
export type TraceIds = { readonly traceId: string; readonly spanId: string }

/** The trace of an event: the beginning of the SHA-256 in its digest, so of its file. */
export function eventTraceIds(digest: string): TraceIds {
  return idsFrom(decodeMultihash(decodeMultibase(digest)))
}

/** The trace of a batch of the service with this DID. */
export function batchTraceIds(service: string, { id, createdAt }: Batch): TraceIds {
  return idsFrom(sha256(encodeUtf8(`dpp batch\n${service}\n${id}\n${createdAt.getTime()}`)))
}

function idsFrom(hash: Uint8Array): TraceIds {
  return { traceId: toHex(hash.subarray(0, 16)), spanId: toHex(hash.subarray(16, 24)) }
}

/** Reads a `traceparent`. Undefined for what is none: a broken header breaks no request. */
export function parseTraceParent(
  header: string | undefined,
): (TraceIds & { readonly isSampled: boolean }) | undefined {
  // W3C Trace Context §3.2.2; ids of zeros alone are invalid.
  const [, traceId, spanId, flags] =
    /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}
