// What a test of the whole service needs around it: a chain with the registry, an organisation with a published log, a
// data folder, and the environment that names them.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deployRegistry } from '@dpp/anchor/ethereum'
import { privateKeyToAccount } from 'viem/accounts'
import { type Anvil, type AnvilOptions, startAnvil } from './anvil.ts'
import {
  createOrganisation,
  type FileHost,
  getJson,
  type Organisation,
  startFileHost,
} from './server-client.ts'

export type ServiceScene = {
  readonly anvil: Anvil
  readonly host: FileHost
  readonly issuer: Organisation
  readonly registry: `0x${string}`
  readonly domain: string
  readonly folder: string
  /** For `startServerProcess` or `parseConfig`: batches on demand, final at once, quick looks. */
  readonly environment: { readonly [name: string]: string }
  /** Ends the chain and the host and removes the folder; the service ends first. */
  close(): Promise<void>
}

export async function openScene(options: AnvilOptions = {}): Promise<ServiceScene> {
  const domain = 'dpp.windowco.example'
  const folder = await mkdtemp(join(tmpdir(), 'dpp-scene-'))
  const [anvil, host] = await Promise.all([
    startAnvil({ slotsInAnEpoch: 1, ...options }),
    startFileHost(),
  ])
  const [deployer = '0x', relayer = '0x'] = anvil.privateKeys
  const account = privateKeyToAccount(deployer)
  const rpc = { rpcUrl: anvil.url, chainId: anvil.chainId }
  const { address: registry } = await deployRegistry({ ...rpc, account, pollMs: 20 })
  const issuer = await createOrganisation(host, 'windowco.example')
  return {
    anvil,
    host,
    issuer,
    registry,
    domain,
    folder,
    environment: {
      DPP_DATA_DIR: folder,
      DPP_DOMAIN: domain,
      DPP_RPC_URLS: anvil.url,
      DPP_REGISTRY: registry,
      DPP_FINALITY: '0',
      DPP_INTERVAL_SECONDS: '0',
      DPP_POLL_MS: '50',
      DPP_WATCH_SECONDS: '1',
      DPP_ORIGINS: `windowco.example=${host.url}`,
      RELAYER_PRIVATE_KEY: relayer,
    },
    close: async () => {
      await host.close()
      await anvil.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Waits until every batch is settled, and gives their roots, newest first. */
export async function untilSettled(url: string, seconds = 30): Promise<readonly string[]> {
  const giveUpAt = performance.now() + seconds * 1000
  for (;;) {
    const { batches } = (await getJson(`${url}/batches`)).body as {
      batches: { state: string; root: string; problem?: string }[]
    }
    if (batches.length > 0 && batches.every(({ state }) => state === 'settled')) {
      return batches.map(({ root }) => root)
    }
    if (performance.now() > giveUpAt) {
      throw new Error(`the batches did not settle: ${JSON.stringify(batches[0])}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
