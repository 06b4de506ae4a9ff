// The service that a load run starts for itself: a chain of its own, and the queue and store that the environment names.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServerProcess } from '../../test/server-process.ts'
import { startLocalChain } from '../start/local-chain.ts'

export type LocalService = {
  readonly url: string
  readonly rpcUrl: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

const DOMAIN = 'dpp.load.example'

/** Starts chain and service. `environment` may name `DPP_QUEUE`, `DPP_STORE` and what they need; `run` names a queue of its own. */
export async function startLocalService(
  run: string,
  environment: { readonly [name: string]: string | undefined },
): Promise<LocalService> {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-load-'))
  const chain = await startLocalChain()
  try {
    const service = await startServerProcess({
      ...passedOn(environment, run),
      DPP_DATA_DIR: folder,
      DPP_DOMAIN: DOMAIN,
      DPP_RPC_URLS: chain.rpcUrl,
      DPP_CHAIN_ID: String(chain.chainId),
      DPP_REGISTRY: chain.registry,
      DPP_INTERVAL_SECONDS: '0',
      DPP_POLL_MS: '200',
      DPP_ALLOW_DID_KEY: 'true',
      RELAYER_PRIVATE_KEY: chain.relayerKey,
    })
    async function stop(): Promise<void> {
      await service.stop()
      await chain.stop()
      await rm(folder, { recursive: true, force: true })
    }
    return { url: service.url, rpcUrl: chain.rpcUrl, pid: service.process.pid ?? 0, stop }
  } catch (error) {
    await chain.stop()
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

// The engines, and what they are reached with; nothing else of the caller's environment changes what is measured.
const engines = /^(DPP_(QUEUE|REDIS_UNSAFE|STORE|PUBLISH_PARALLEL)$|AWS_|AZURE_STORAGE_)/

function passedOn(
  environment: { readonly [name: string]: string | undefined },
  run: string,
): { [name: string]: string } {
  const passed: { [name: string]: string } = {}
  for (const [name, value] of Object.entries(environment)) {
    if (engines.test(name) && value !== undefined && value !== '') passed[name] = value
  }
  const queue = passed['DPP_QUEUE']
  // A queue that another run has filled would not be the one that is measured.
  if (queue !== undefined && queue !== 'sqlite' && !queue.includes('queue='))
    passed['DPP_QUEUE'] = `${queue}${queue.includes('?') ? '&' : '?'}queue=${run}`
  return passed
}
