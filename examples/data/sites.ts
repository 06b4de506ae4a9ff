// The web sites of the organisations: each publishes its own DID log at the URL that its DID names. They lie in the data set
// and are served on loopback; an origins map stands in for DNS and TLS.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Store, updateObject } from '@dpp/anchor'
import { createFileStore } from '@dpp/anchor/store/file'
import { decodeUtf8, encodeUtf8, isDppError } from '@dpp/core'
import { didToUrl } from '@dpp/webvh'
import type { DataSet } from './data-set.ts'
import { hostOf, move, organisations } from './organisations.ts'

export type Sites = {
  readonly url: string
  /** Where each public host really answers. */
  readonly origins: Readonly<Record<string, string>>
  readonly close: () => Promise<void>
}

const logMeta = { contentType: 'text/jsonl', cacheControl: 'public, max-age=60, must-revalidate' }

export function openSites({ folder }: DataSet): Store {
  return createFileStore(`${folder}/sites`)
}

/** Where the log of an organisation's DID lies among the sites. */
export function siteKey(did: string): string {
  const { host, pathname } = new URL(didToUrl(did))
  return `${host}${pathname}`
}

/** Publishes a log at its DID's place. A log there that already goes further stays. */
export async function publishSiteLog(dataSet: DataSet, did: string, log: string): Promise<void> {
  function grow(current: Uint8Array | undefined): Uint8Array {
    const published = current === undefined ? '' : decodeUtf8(current)
    if (current !== undefined && published.startsWith(log)) return current
    if (!log.startsWith(published)) throw new Error(`another log is published for ${did}`)
    return encodeUtf8(log)
  }
  await updateObject(openSites(dataSet), siteKey(did), grow, logMeta)
}

/** Serves the sites on loopback, on a free port unless told. */
export async function serveSites(dataSet: DataSet, port = 0): Promise<Sites> {
  const store = openSites(dataSet)
  const server = createServer((request, response) => {
    store.read((request.url ?? '/').slice(1)).then(
      (file) => {
        const headers = { 'content-type': 'text/jsonl', 'access-control-allow-origin': '*' }
        if (file === undefined) response.writeHead(404, headers).end()
        else response.writeHead(200, headers).end(file.body)
      },
      (error: unknown) => {
        const isOurs = isDppError(error) && error.code === 'ERR_DPP_STORE_KEY_INVALID'
        response.writeHead(isOurs ? 404 : 500).end()
      },
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    origins: siteOrigins(url),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** The origins map of sites that are served at `url`, with the host that a DID moves to. */
export function siteOrigins(url: string): Record<string, string> {
  const hosts = [...organisations.map(({ id }) => hostOf(id)), move.to]
  return Object.fromEntries(hosts.map((host) => [host, `${url}/${host}`]))
}
