// The web sites of the organisations, on loopback: each publishes its own DID log at the URL that its DID names.
// An origins map (`glassco.example` → this server) stands in for DNS and TLS; nothing else about the DIDs is local.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A running site: `origins` leads each public host to it. */
export type IssuerSite = {
  readonly publish: (host: string, path: string, body: string) => void
  readonly origins: () => Record<string, string>
  readonly close: () => Promise<void>
}

export async function startIssuerSite(): Promise<IssuerSite> {
  const files = new Map<string, string>()
  const hosts = new Set<string>()
  const server = createServer((request, response) => {
    const body = files.get(request.url ?? '')
    if (body === undefined) {
      response.writeHead(404).end()
      return
    }
    response
      .writeHead(200, { 'content-type': 'text/jsonl', 'access-control-allow-origin': '*' })
      .end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    publish: (host, path, body) => {
      hosts.add(host)
      files.set(`/${host}${path}`, body)
    },
    origins: () => Object.fromEntries([...hosts].map((host) => [host, `${base}/${host}`])),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
