// The service in the test's own process, without a chain: an issuer with a published log, a data folder, and the server
// listening on a port of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '../packages/server/src/config.ts'
import { createLog } from '../packages/server/src/observability/create-log.ts'
import { createRedaction } from '../packages/server/src/observability/redaction.ts'
import { createServer, type Server } from '../packages/server/src/server.ts'
import {
  createOrganisation,
  type FileHost,
  type Organisation,
  startFileHost,
} from './server-client.ts'

export const SERVICE_DOMAIN = 'dpp.windowco.example'

export type LocalService = {
  readonly server: Server
  readonly url: string
  readonly host: FileHost
  /** Published at windowco.example. */
  readonly issuer: Organisation
  readonly folder: string
  close(): Promise<void>
}

/** Starts the service with further `settings`; `now` is its clock. */
export async function openLocalService(
  settings: { readonly [name: string]: string } = {},
  now: () => Date = () => new Date(),
): Promise<LocalService> {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-service-'))
  const host = await startFileHost()
  const issuer = await createOrganisation(host, 'windowco.example')
  const { DPP_ORIGINS: origins, ...others } = settings
  const config = parseConfig({
    DPP_DATA_DIR: folder,
    DPP_DOMAIN: SERVICE_DOMAIN,
    DPP_ORIGINS: [`windowco.example=${host.url}`, ...(origins ? [origins] : [])].join(','),
    ...others,
  })
  const log = createLog('silent', createRedaction(config))
  const server = await createServer(config, { log, now, crashPoint: () => {} })
  const url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  async function close(): Promise<void> {
    await server.close()
    await host.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { server, url, host, issuer, folder, close }
}
