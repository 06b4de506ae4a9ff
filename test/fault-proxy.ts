// An HTTP proxy that stands between a client and a real server and does to single requests what networks do: answers
// that never come, come too late, or say that nothing happened when it did.
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = {
  readonly status: number
  readonly headers?: NodeJS.Dict<string | string[]>
  readonly body?: Uint8Array | string
}

export type Exchange = {
  readonly method: string
  readonly url: string
  readonly body: Uint8Array
  /** Sends the request on, as it came; can be done at any time, also after the client has gone. */
  forward(): Promise<Answer>
  answer(answer: Answer): void
  /** For answers that break off. */
  readonly response: ServerResponse
}

export type FaultProxy = {
  /** The target's URL with the proxy's host in it. */
  readonly endpoint: string
  /** Decides for each request; default: forward and answer. */
  handle: (exchange: Exchange) => Promise<void>
  close(): Promise<void>
}

export const passOn = async ({ forward, answer }: Exchange): Promise<void> =>
  answer(await forward())

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const server = createServer((incoming, response) => {
    void readAll(incoming).then(async (body) => {
      const exchange: Exchange = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        body,
        forward: () => forward(target, incoming, body),
        answer: ({ status, headers = {}, body: answered = '' }) =>
          void response.writeHead(status, headers).end(answered),
        response,
      }
      await proxy.handle(exchange).catch((error: Error) => response.destroy(error))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = new URL(target)
  endpoint.port = `${(server.address() as AddressInfo).port}`
  const proxy: FaultProxy = {
    endpoint: endpoint.href.replace(/\/$/, ''),
    handle: passOn,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

async function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const { hostname, port } = new URL(target)
  const { method = 'GET', url: path = '/', rawHeaders } = incoming
  // The headers as they came, Host too: signatures cover them.
  const outgoing = request({ hostname, port, method, path, headers: rawHeaders, setHost: false })
  outgoing.end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const { statusCode = 0, headers } = response
  return { status: statusCode, headers, body: await readAll(response) }
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
