// Everything that a data set needs around it, on this machine: a chain with the registry, the batching service on its embedded
// defaults, and the web sites of the organisations. Chain and service keep their state in the data set's folder, so that a run
// that was stopped goes on.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { deployRegistry } from '@dpp/anchor/ethereum'
import { privateKeyToAccount } from 'viem/accounts'
import { startAnvil } from '../../test/anvil.ts'
import { startServerProcess } from '../../test/server-process.ts'
import { audienceSetting } from './audiences.ts'
import { type DataSet, issuersKey } from './data-set.ts'

export type LocalStack = {
  readonly serviceUrl: string
  /** Where the service publishes. */
  readonly files: string
  readonly rpcUrl: string
  readonly chainId: number
  readonly registry: string
  readonly stop: () => Promise<void>
}

export type LocalStackOptions = {
  /** Public host of the product DIDs. */
  readonly host: string
  /** Where the organisations' hosts answer. */
  readonly origins: Readonly<Record<string, string>>
  /** The service's port; a free one unless told. */
  readonly port?: number
  /** The service's master secret, in hex. */
  readonly witnessPrivateKey: string
}

const BLOCKS_TO_FINALITY = '0x3'

/** Starts the stack. The service reads the operator's list of issuers at its start: the identities must be there, if any will. */
export async function startLocalStack(
  dataSet: DataSet,
  { host, origins, port = 0, witnessPrivateKey }: LocalStackOptions,
): Promise<LocalStack> {
  const folder = resolve(dataSet.folder, 'service')
  await mkdir(folder, { recursive: true })
  const chain = await startAnvil({
    blockTimeSeconds: 1,
    slotsInAnEpoch: 1,
    stateFile: resolve(dataSet.folder, 'chain.json'),
  })
  try {
    // A chain that was loaded knows no state from before: it needs blocks of its own until the final one is among them.
    await chain.request('anvil_mine', [BLOCKS_TO_FINALITY])
    const [relayerKey = '0x', deployerKey = '0x'] = chain.privateKeys
    const { address } = await deployRegistry({
      rpcUrl: chain.url,
      chainId: chain.chainId,
      account: privateKeyToAccount(deployerKey),
      pollMs: 100,
    })
    const issuers = resolve(dataSet.folder, issuersKey)
    const service = await startServerProcess({
      DPP_DATA_DIR: folder,
      DPP_PORT: String(port),
      DPP_DOMAIN: host,
      DPP_RPC_URLS: chain.url,
      DPP_CHAIN_ID: String(chain.chainId),
      DPP_REGISTRY: address,
      DPP_INTERVAL_SECONDS: '0',
      DPP_POLL_MS: '200',
      DPP_AUDIENCES: audienceSetting(witnessPrivateKey),
      DPP_ORIGINS: Object.entries(origins)
        .map(([name, url]) => `${name}=${url}`)
        .join(','),
      ...(existsSync(issuers) ? { DPP_ISSUERS_FILE: issuers } : {}),
      WITNESS_PRIVATE_KEY: witnessPrivateKey,
      RELAYER_PRIVATE_KEY: relayerKey,
    })
    return {
      serviceUrl: service.url,
      files: resolve(folder, 'files'),
      rpcUrl: chain.url,
      chainId: chain.chainId,
      registry: address,
      stop: async () => {
        await service.stop()
        await chain.stop()
      },
    }
  } catch (error) {
    await chain.stop()
    throw error
  }
}
