// Refuses to start against a chain or a contract other than the configured ones. A chain that does not answer is no
// reason to refuse: logs are published all the same.
import { registryCodeHash } from '@dpp/anchor/ethereum'
import { DppError } from '@dpp/core'
import { createPublicClient, http, keccak256 } from 'viem'
import type { Config } from '../config.ts'
import type { ServerErrorCode } from '../errors.ts'
import type { Logger } from '../logger.ts'

const TIMEOUT_MS = 5000

/** @throws ERR_DPP_CONFIG_INVALID when the chain answers and is another one, or holds no registry at the address */
export async function checkRegistry(config: Config, log: Logger): Promise<void> {
  const { chainId, registry, rpcUrls } = config
  if (registry === undefined) return
  const client = createPublicClient({
    transport: http(rpcUrls[0], { timeout: TIMEOUT_MS, retryCount: 0 }),
  })
  let found: { chainId: number; code: `0x${string}` | undefined }
  try {
    const [id, code] = await Promise.all([
      client.getChainId(),
      client.getCode({ address: registry }),
    ])
    found = { chainId: id, code }
  } catch {
    // The cause could hold the RPC URL, and that a key.
    log.warn(
      { event: 'chain.unreachable' },
      'the chain does not answer: batches are sealed and wait for it',
    )
    return
  }
  if (found.chainId !== chainId) {
    throw invalid(`DPP_CHAIN_ID is ${chainId}, the chain at DPP_RPC_URLS says ${found.chainId}`)
  }
  if (found.code === undefined) throw invalid(`there is no contract at DPP_REGISTRY ${registry}`)
  if (keccak256(found.code) !== registryCodeHash) {
    throw invalid(`DPP_REGISTRY ${registry} holds other code than a WitnessAnchorRegistry`)
  }
}

function invalid(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_CONFIG_INVALID', message)
}
