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
  /** The one that runs now, and where it listens. */
  readonly server: Server
  readonly url: string
  readonly host: FileHost
  /** Published at windowco.example. */
  readonly issuer: Organisation
  readonly folder: string
  /** Starts it anew on its data, with these settings alone. */
  restart(settings: Settings): Promise<void>
  close(): Promise<void>
}

type Settings = { readonly [name: string]: string }

/** Starts the service with further `settings`; `now` is its clock. */
export async function openLocalService(
  settings: Settings = {},
  now: () => Date = () => new Date(),
): Promise<LocalService> {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-service-'))
  const host = await startFileHost()
  const issuer = await createOrganisation(host, 'windowco.example')

  async function start({ DPP_ORIGINS: origins, ...others }: Settings) {
    const config = parseConfig({
      DPP_DATA_DIR: folder,
      DPP_DOMAIN: SERVICE_DOMAIN,
      DPP_ORIGINS: [`windowco.example=${host.url}`, ...(origins ? [origins] : [])].join(','),
      ...others,
    })
    const log = createLog('silent', createRedaction(config))
    const server = await createServer(config, { log, now, crashPoint: () => {} })
    return { server, url: await server.app.listen({ host: '127.0.0.1', port: 0 }) }
  }

  let running = await start(settings)
  return {
    get server() {
      return running.server
    },
    get url() {
      return running.url
    },
    host,
    issuer,
    folder,
    async restart(others) {
      await running.server.close()
      running = await start(others)
    },
    async close() {
      await running.server.close()
      await host.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
