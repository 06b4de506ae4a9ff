// A lean HTTP/1.1 client for load: prepared requests over kept-alive sockets, one under way on each. A general client costs
// as much as the server it measures, on the same two cores.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { SecuredEvent } from '@dpp/core'

export type LoadAnswer = { readonly status: number; readonly body: Buffer }

/** A connection that answers one request after the other. */
export type LoadConnection = {
  send(request: Buffer): Promise<LoadAnswer>
  close(): void
}

/** The bytes of a POST of JSON. */
export function preparePost(
  path: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = { Host: '127.0.0.1' },
): Buffer {
  const bytes = Buffer.from(body)
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head =
    `POST ${path} HTTP/1.1\r\n${more.join('')}Content-Type: application/json\r\n` +
    `Content-Length: ${bytes.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes])
}

/** Posts of the events in order, `perRequest` in each. */
export function prepareEvents(events: readonly SecuredEvent[], perRequest: number): Buffer[] {
  const requests: Buffer[] = []
  for (let i = 0; i < events.length; i += perRequest) {
    const taken = events.slice(i, i + perRequest)
    requests.push(
      preparePost('/events', JSON.stringify(perRequest === 1 ? taken[0] : { events: taken })),
    )
  }
  return requests
}

export async function openConnections(url: string, count: number): Promise<LoadConnection[]> {
  return await Promise.all(Array.from({ length: count }, () => openConnection(url)))
}

export async function openConnection(url: string): Promise<LoadConnection> {
  const { protocol, hostname, port } = new URL(url)
  const isTls = protocol === 'https:'
  const socket: Socket = isTls
    ? connectTls({ port: Number(port || 443), host: hostname, servername: hostname })
    : connect(Number(port || 80), hostname)
  socket.setNoDelay(true)
  await once(socket, isTls ? 'secureConnect' : 'connect')
  let received: Buffer = Buffer.alloc(0)
  let answer: ((answer: LoadAnswer) => void) | undefined
  let fail: ((error: Error) => void) | undefined
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const end = received.indexOf('\r\n\r\n')
    if (end === -1) return
    const head = received.toString('latin1', 0, end)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (received.length < end + 4 + length) return
    const body = received.subarray(end + 4)
    received = Buffer.alloc(0) // Nothing is pipelined: what came is one answer.
    answer?.({ status: Number(head.slice(9, 12)), body })
  })
  socket.on('error', (error) => fail?.(error))
  socket.on('close', () => fail?.(new Error('the server closed the connection')))
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        answer = resolve
        fail = reject
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}

/** Sends every request, `connections.length` at a time, and gives the milliseconds it took. @throws on any answer but `expected` */
export async function sendAll(
  connections: readonly LoadConnection[],
  requests: readonly Buffer[],
  expected: number,
): Promise<number> {
  const rest = requests.values()
  const start = performance.now()
  await Promise.all(
    connections.map(async (connection) => {
      for (const request of rest) {
        const { status } = await connection.send(request)
        if (status !== expected) throw new Error(`answered ${status} instead of ${expected}`)
      }
    }),
  )
  return performance.now() - start
}

/**
 * Sends the requests at a steady rate and gives each one's milliseconds from the moment it was due, so that a stall counts for
 * every request that it delays.
 */
export async function sendPaced(
  connections: readonly LoadConnection[],
  requests: readonly Buffer[],
  perSecond: number,
): Promise<number[]> {
  const start = performance.now()
  const latencies: number[] = []
  let next = 0
  await Promise.all(
    connections.map(async (connection) => {
      for (let index = next++; index < requests.length; index = next++) {
        const dueMs = start + (index * 1000) / perSecond
        const earlyMs = dueMs - performance.now()
        if (earlyMs > 0) await new Promise((resolve) => setTimeout(resolve, earlyMs))
        const { status } = await connection.send(requests[index] as Buffer)
        if (status !== 201) throw new Error(`answered ${status} instead of 201`)
        latencies.push(performance.now() - dueMs)
      }
    }),
  )
  return latencies
}
