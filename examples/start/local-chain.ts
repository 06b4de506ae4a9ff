// The chain of the main job: anvil with a block each second and finality after a few, and the registry on it.
import { deployRegistry, registryAbi } from '@dpp/anchor/ethereum'
import { encodeFunctionData } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { startAnvil } from '../../test/anvil.ts'

export type LocalChain = {
  readonly rpcUrl: string
  readonly chainId: number
  readonly registry: string
  readonly relayerKey: `0x${string}`
  /** No new block until `release`: transactions wait. */
  readonly hold: () => Promise<void>
  readonly release: () => Promise<void>
  /** The node answers nobody until `thaw`. */
  readonly freeze: () => void
  readonly thaw: () => void
  /** How many roots the registry holds. */
  readonly anchorCount: () => Promise<bigint>
  readonly stop: () => Promise<void>
}

export async function startLocalChain(): Promise<LocalChain> {
  const anvil = await startAnvil({ blockTimeSeconds: 1, slotsInAnEpoch: 1 })
  const [relayerKey, deployerKey] = anvil.privateKeys
  if (relayerKey === undefined || deployerKey === undefined)
    throw new Error('anvil has no accounts')
  const { address } = await deployRegistry({
    rpcUrl: anvil.url,
    chainId: anvil.chainId,
    account: privateKeyToAccount(deployerKey),
    pollMs: 100,
  })
  return {
    rpcUrl: anvil.url,
    chainId: anvil.chainId,
    registry: address,
    relayerKey,
    hold: () => mineEvery(0),
    release: () => mineEvery(1),
    freeze: anvil.pause,
    thaw: anvil.resume,
    anchorCount: async () => {
      const data = encodeFunctionData({ abi: registryAbi, functionName: 'batchCount' })
      return BigInt(String(await anvil.request('eth_call', [{ to: address, data }, 'latest'])))
    },
    stop: async () => {
      anvil.resume()
      await anvil.stop()
    },
  }

  async function mineEvery(seconds: number): Promise<void> {
    await anvil.request('evm_setAutomine', [false])
    await anvil.request('evm_setIntervalMining', [seconds])
  }
}
