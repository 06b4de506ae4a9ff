// Posts signed events as fast as the service takes them, or at a steady rate, and keeps what each request took. Whatever is not
// acknowledged is posted again: a service may be restarted under the load.
import type { SecuredEvent } from '@dpp/core'
import {
  type LoadAnswer,
  type LoadConnection,
  openConnection,
  preparePost,
} from '../../bench/http-load.ts'

export type SendOptions = {
  readonly url: string
  readonly token: string | undefined
  readonly connections: number
  readonly eventsPerRequest: number
  /** Events; 0: as fast as they are taken. */
  readonly perSecond: number
}

export type Sent = {
  readonly requests: number
  /** Milliseconds for each request until its acknowledgement, further attempts included. */
  readonly latencies: readonly number[]
  readonly seconds: number
  /** Answers of 429 and 503. */
  readonly refused: number
  /** Requests that nobody answered. */
  readonly unanswered: number
}

const PATIENCE_MS = 120_000
const PAUSE_MS = 250

/** @throws when the service refuses an event, or takes none for two minutes */
export async function sendEvents(
  events: readonly SecuredEvent[],
  options: SendOptions,
  onProgress: (done: number) => void,
): Promise<Sent> {
  const requests = prepareRequests(events, options)
  const latencies: number[] = []
  const counts = { refused: 0, unanswered: 0 }
  const started = performance.now()
  let next = 0
  let done = 0
  let failure: { readonly error: unknown } | undefined
  async function lane(): Promise<void> {
    const line = createLine(options.url, counts)
    try {
      for (let index = next++; index < requests.length; index = next++) {
        if (failure !== undefined) return
        const { body, events: count } = requests[index] as Request
        const sentMs = options.perSecond === 0 ? performance.now() : await due(index)
        await line.post(body)
        // From the moment when it was due, so that a stall counts for every request that it delays.
        latencies.push(performance.now() - sentMs)
        done += count
        onProgress(done)
      }
    } catch (error) {
      failure ??= { error }
    } finally {
      line.close()
    }
  }
  async function due(index: number): Promise<number> {
    const dueMs = started + (index * options.eventsPerRequest * 1000) / options.perSecond
    await sleep(dueMs - performance.now())
    return dueMs
  }
  await Promise.all(Array.from({ length: options.connections }, lane))
  if (failure !== undefined) throw failure.error
  const seconds = (performance.now() - started) / 1000
  return { requests: requests.length, latencies, seconds, ...counts }
}

type Request = { readonly body: Buffer; readonly events: number }

function prepareRequests(
  events: readonly SecuredEvent[],
  { url, token, eventsPerRequest }: SendOptions,
): readonly Request[] {
  const { host, pathname } = new URL(url)
  const headers = {
    Host: host,
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  }
  const path = `${pathname.replace(/\/$/, '')}/events`
  return Array.from({ length: Math.ceil(events.length / eventsPerRequest) }, (_, i) => {
    const group = events.slice(i * eventsPerRequest, (i + 1) * eventsPerRequest)
    const body = preparePost(path, JSON.stringify({ events: group }), headers)
    return { body, events: group.length }
  })
}

type Line = { post(request: Buffer): Promise<void>; close(): void }

// A connection that is opened again when it breaks.
function createLine(url: string, counts: { refused: number; unanswered: number }): Line {
  let connection: LoadConnection | undefined
  async function attempt(request: Buffer): Promise<LoadAnswer | undefined> {
    try {
      connection ??= await openConnection(url)
      return await connection.send(request)
    } catch {
      connection?.close()
      connection = undefined
      return undefined
    }
  }
  async function post(request: Buffer): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const answer = await attempt(request)
      if (answer === undefined) counts.unanswered += 1
      else if (answer.status === 429 || answer.status === 503) counts.refused += 1
      else return assertAccepted(answer)
      if (performance.now() > deadline)
        throw new Error(`the service took no events for ${PATIENCE_MS / 1000} s`)
      await sleep(PAUSE_MS)
    }
  }
  return { post, close: () => connection?.close() }
}

// 201: new; 200: known from an attempt whose answer was lost. A result with a status is a refusal.
function assertAccepted({ status, body }: LoadAnswer): void {
  const text = body.toString()
  if ((status === 200 || status === 201) && !text.includes('"status":')) return
  throw new Error(`an event was refused: ${status} ${text.slice(0, 500)}`)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
}
