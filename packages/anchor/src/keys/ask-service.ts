// One operation of a service on the network, with its repetitions, within a time.
import { keyError } from '../errors.ts'

/** `send` gets the signal that ends it; `translate` makes an error of ours of the client's. */
export async function askService<Answer>(
  {
    service,
    timeoutMs = 10_000,
  }: { readonly service: string; readonly timeoutMs?: number | undefined },
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<Answer>,
  translate: (error: unknown) => Error,
): Promise<Answer> {
  const abortSignal = AbortSignal.timeout(timeoutMs)
  try {
    return await send({ abortSignal })
  } catch (cause) {
    if (!abortSignal.aborted) throw translate(cause)
    const message = `${service} did not answer within ${timeoutMs} ms`
    throw keyError('ERR_DPP_KEY_UNAVAILABLE', message, { cause })
  }
}
