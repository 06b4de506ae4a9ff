// Server-sent events: what a page follows without asking again and again. A stream sends a whole state whenever it has
// changed, so that nothing is lost between two connections and a slow reader only skips states in between.
import type { FastifyReply } from 'fastify'
import { httpError } from './problem.ts'

/** A state as of now; after one that `isLast` nothing more will come. */
export type Look = { readonly state: unknown; readonly isLast: boolean }

export type LiveStreams = {
  /**
   * Answers with the state that `look` gives now and whenever it changes.
   *
   * @throws ERR_DPP_HTTP_UNAVAILABLE when too many streams are open
   */
  follow(reply: FastifyReply, look: () => Promise<Look>): Promise<void>
  /** Ends every stream: the service stops. */
  close(): void
}

type Stream = {
  readonly reply: FastifyReply
  readonly look: () => Promise<Look>
  sent: string
  sentAtMs: number
}

const MAX_STREAMS = 500
const LOOK_EVERY_MS = 1000
const ALIVE_EVERY_MS = 15_000

/** The id of a last state. A browser that connects again with it is told to stop. */
export const LAST_ID = 'last'

export function createLiveStreams(): LiveStreams {
  const streams = new Set<Stream>()
  let timer: NodeJS.Timeout | undefined
  let isLooking = false

  async function follow(reply: FastifyReply, look: () => Promise<Look>): Promise<void> {
    if (streams.size >= MAX_STREAMS) {
      throw httpError('ERR_DPP_HTTP_UNAVAILABLE', 'too many streams are open')
    }
    const first = await look() // May refuse: from here on there is no other answer.
    reply.hijack()
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as { [name: string]: string }),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
      'x-accel-buffering': 'no', // nginx would hold the states back.
    })
    const stream = { reply, look, sent: '', sentAtMs: 0 }
    streams.add(stream)
    reply.raw.once('close', () => drop(stream))
    reply.raw.on('error', () => drop(stream))
    send(stream, first)
    timer ??= setInterval(() => void lookAtAll(), LOOK_EVERY_MS)
  }

  async function lookAtAll(): Promise<void> {
    if (isLooking) return
    isLooking = true
    for (const stream of [...streams]) {
      // Whoever reads slowly gets the newest state once there is room, and none of those in between.
      if (stream.reply.raw.writableNeedDrain) continue
      try {
        send(stream, await stream.look())
      } catch {
        end(stream) // The client connects again and is told why.
      }
    }
    isLooking = false
  }

  function send(stream: Stream, { state, isLast }: Look): void {
    const { raw } = stream.reply
    const data = JSON.stringify(state)
    const nowMs = performance.now()
    if (data !== stream.sent) raw.write(`${isLast ? `id: ${LAST_ID}\n` : ''}data: ${data}\n\n`)
    else if (nowMs - stream.sentAtMs >= ALIVE_EVERY_MS) raw.write(': still here\n\n')
    else return
    stream.sent = data
    stream.sentAtMs = nowMs
    if (isLast) end(stream)
  }

  function end(stream: Stream): void {
    stream.reply.raw.end()
    drop(stream)
  }

  function drop(stream: Stream): void {
    streams.delete(stream)
    if (streams.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  function close(): void {
    for (const stream of [...streams]) end(stream)
  }

  return { follow, close }
}
