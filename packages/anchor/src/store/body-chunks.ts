// Collects a body that arrives in chunks, within its limits: what is too long or was cut short is no object.
import { storeError } from '../errors.ts'
import { concatBytes } from '../tree/concat-bytes.ts'

export type BodyLimits = {
  /** The request, for messages. */
  readonly what: string
  readonly maxBytes: number
  /** The length that the service announced, if it did. */
  readonly announced: number | undefined
}

/**
 * Joins the chunks of a body.
 *
 * @throws ERR_DPP_STORE_UNAVAILABLE when it is longer than allowed or not as long as announced; what the chunks throw
 */
export async function collectBody(
  chunks: AsyncIterable<Uint8Array>,
  { what, maxBytes, announced }: BodyLimits,
): Promise<Uint8Array> {
  const kept: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > maxBytes) throw unavailable(what, `is longer than ${maxBytes} bytes`)
    kept.push(chunk)
  }
  if (announced !== undefined && announced !== length) throw unavailable(what, 'was cut short')
  return concatBytes(kept)
}

function unavailable(what: string, fault: string): Error {
  return storeError('ERR_DPP_STORE_UNAVAILABLE', `${what}: the body ${fault}`)
}

/** A body as Node's HTTP clients give it. */
export type StreamedBody = AsyncIterable<Uint8Array> & { destroy?(error?: Error): unknown }

/** The chunks of a body, which ends with an error as soon as `signal` says so, however silent it is. */
export async function* streamChunks(
  body: StreamedBody | undefined,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (body === undefined) return
  const destroy = (): void => void body.destroy?.(new Error('the body did not end in time'))
  if (signal.aborted) destroy()
  signal.addEventListener('abort', destroy)
  try {
    yield* body
  } finally {
    signal.removeEventListener('abort', destroy)
  }
}
