// Posts events that were signed before, in requests as large as the service takes. Posting the same again changes nothing: the
// service answers with the receipt that it gave first.
import type { AudienceName } from './audiences.ts'
import { inParallel } from './in-parallel.ts'
import { isRefusal, type ServiceClient } from './service-client.ts'
import type { RefusedLine } from './simulate.ts'

export type Limits = { readonly bodyBytes: number; readonly eventsPerRequest: number }

type Result =
  | { readonly digest: string; readonly receipt: number }
  | { readonly status: number; readonly code: string; readonly detail: string }

type Answer = { readonly results: readonly Result[] }

const LANES = 2
const PATIENCE_MS = 60_000
// What passes: a key or a DID that an issuer published a moment ago, which the service has not seen yet; a limit.
const PASSING = new Set([
  'ERR_DPP_EVENT_KEY_UNKNOWN',
  'ERR_DPP_ISSUER_UNREACHABLE',
  'ERR_DPP_HTTP_RATE_LIMITED',
  'ERR_DPP_HTTP_UNAVAILABLE',
])

/** Posts events, each a line of JSON, for everybody or for an audience. Throws for one that the service refuses. */
export async function postEvents(
  service: ServiceClient,
  lines: readonly string[],
  { limits, audience }: { readonly limits: Limits; readonly audience?: AudienceName },
  onProgress: (done: number) => void,
): Promise<void> {
  const path = audience === undefined ? '/events' : `/events?audience=${audience}`
  let done = 0
  await inParallel(requestsOf(lines, limits), LANES, async (request) => {
    await postAccepted(service, path, request)
    done += request.length
    onProgress(done)
  })
}

async function postAccepted(
  service: ServiceClient,
  path: string,
  request: readonly string[],
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const refused = (await post(service, path, request)).filter((result) => 'code' in result)
    const [first] = refused
    if (first === undefined) return
    if (!refused.every(({ code }) => PASSING.has(code)) || Date.now() > deadline)
      throw new Error(
        `${refused.length} events were refused, the first with ${first.code}: ${first.detail}`,
      )
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

/** Posts events that must be refused; throws for one that is taken, or refused for another reason. */
export async function postUnwelcome(
  service: ServiceClient,
  unwelcome: readonly RefusedLine[],
): Promise<void> {
  await inParallel(unwelcome, LANES, async ({ code, event }) => {
    const [result] = await post(service, '/events', [JSON.stringify(event)])
    if (result !== undefined && 'code' in result && result.code === code) return
    throw new Error(`an event should meet ${code}: ${JSON.stringify(result)}`)
  })
}

async function post(
  service: ServiceClient,
  path: string,
  lines: readonly string[],
): Promise<readonly Result[]> {
  const body = `{"events":[${lines.join(',')}]}`
  // Where nothing at all was taken the status says no, and the body still answers for each event.
  const { results } = await service.postText<Answer>(path, body).catch((error: unknown) => {
    if (isRefusal(error) && isAnswer(error.body)) return error.body
    throw error
  })
  if (results.length !== lines.length)
    throw new Error(`${lines.length} events were posted, ${results.length} answered`)
  return results
}

function isAnswer(body: unknown): body is Answer {
  return (
    typeof body === 'object' && body !== null && 'results' in body && Array.isArray(body.results)
  )
}

/** Cuts the lines into requests that keep to the limits. */
export function requestsOf(lines: readonly string[], limits: Limits): readonly string[][] {
  const requests: string[][] = []
  let current: string[] = []
  let bytes = 0
  for (const line of lines) {
    const size = Buffer.byteLength(line) + 1
    const isFull =
      current.length >= limits.eventsPerRequest || bytes + size > limits.bodyBytes - ENVELOPE_BYTES
    if (isFull && current.length > 0) {
      requests.push(current)
      current = []
      bytes = 0
    }
    current.push(line)
    bytes += size
  }
  return current.length === 0 ? requests : [...requests, current]
}

const ENVELOPE_BYTES = 64
