// Deploys the registry through the usual CREATE2 factory, so that it has one address on every chain.
import { isDppError, isJsonObject } from '@dpp/core'
import { assertChain, readBlock } from '../chain/chain-head.ts'
import { formatQuantity, hexToBytes, keccakHex, readQuantity } from '../chain/chain-hex.ts'
import { createJsonRpc, type JsonRpc, type JsonRpcOptions } from '../chain/json-rpc.ts'
import { ethereumError } from './errors.ts'
import { type FeeOptions, firstFees, readFeeMarket } from './fees.ts'
import {
  registryAddress,
  registryBytecode,
  registryCodeHash,
  registryFactory,
} from './registry-artifact.ts'
import { signChecked, type TransactionSigner } from './transaction.ts'

export type DeployOptions = JsonRpcOptions & {
  readonly rpcUrl: string
  readonly chainId: number
  /** Pays. The address does not depend on it. */
  readonly account: TransactionSigner
  readonly fees?: FeeOptions
  /** Checks and estimates; sends nothing. */
  readonly dryRun?: boolean
  /** Time for the transaction to be mined. Default 5 min. */
  readonly waitMs?: number
  readonly pollMs?: number
}

export type Deployment = {
  readonly chain: string
  readonly address: `0x${string}`
  readonly codeHash: `0x${string}`
  /** `present`: somebody deployed it before; anybody may, and it is the same code. */
  readonly status: 'present' | 'deployed' | 'dry-run'
  readonly transactionHash?: `0x${string}`
  readonly blockNumber?: string
  readonly gas?: string
  /** Upper bound of what it costs, decimal wei. */
  readonly maxCostWei?: string
}

/**
 * Deploys WitnessAnchorRegistry unless it is there already; safe to repeat.
 *
 * @throws ERR_DPP_DEPLOY_FACTORY where the chain has no CREATE2 factory, ERR_DPP_DEPLOY_FAILED, ERR_DPP_SIGNER_REFUSED,
 * ERR_DPP_CHAIN_MISMATCH and the codes of an RPC call
 */
export async function deployRegistry(options: DeployOptions): Promise<Deployment> {
  const rpc = createJsonRpc(options.rpcUrl, options)
  await assertChain(rpc, options.chainId)
  const done = {
    chain: `eip155:${options.chainId}`,
    address: registryAddress,
    codeHash: registryCodeHash,
  }
  if (await isDeployed(rpc)) return { ...done, status: 'present' }
  const factoryCode = hexToBytes(
    await rpc.request('eth_getCode', [registryFactory, 'latest']),
    'bytes',
  )
  if (factoryCode.length === 0)
    throw ethereumError(
      'ERR_DPP_DEPLOY_FACTORY',
      `this chain has no CREATE2 factory at ${registryFactory}: deploy that first (github.com/Arachnid/deterministic-deployment-proxy)`,
    )
  const from = options.account.address
  const data = `0x${'00'.repeat(32)}${registryBytecode.slice(2)}` as const // Salt zero, creation code.
  const estimate = await rpc.request('eth_estimateGas', [{ from, to: registryFactory, data }])
  const gas = (readQuantity(estimate) * 12n) / 10n
  const fees = firstFees(
    await readFeeMarket(rpc, await readBlock(rpc, 'latest')),
    options.fees ?? {},
  )
  if (fees === undefined)
    throw ethereumError('ERR_DPP_DEPLOY_FAILED', 'the fees are above the cap: try again later')
  const plan = { ...done, gas: gas.toString(), maxCostWei: (gas * fees.maxFeePerGas).toString() }
  if (options.dryRun === true) return { ...plan, status: 'dry-run' }

  const balance = readQuantity(await rpc.request('eth_getBalance', [from, 'latest']))
  if (balance < gas * fees.maxFeePerGas)
    throw ethereumError(
      'ERR_DPP_DEPLOY_FAILED',
      `${from} holds ${balance} wei; up to ${plan.maxCostWei} are needed`,
    )
  const nonce = Number(readQuantity(await rpc.request('eth_getTransactionCount', [from, 'latest'])))
  const { raw, hash } = await signChecked(options.account, {
    type: 'eip1559',
    chainId: options.chainId,
    nonce,
    to: registryFactory,
    data,
    value: 0n,
    gas,
    ...fees,
  })
  await rpc.request('eth_sendRawTransaction', [raw]).catch(async (error: unknown) => {
    // An unknown outcome, or already known: only the chain can tell. A refusal of what it does not know is final.
    if (!isDppError(error)) throw error
    if (error.code !== 'ERR_DPP_CHAIN_REJECTED') return
    if ((await rpc.request('eth_getTransactionByHash', [hash])) === null)
      throw ethereumError('ERR_DPP_DEPLOY_FAILED', error.message, { cause: error })
  })
  const blockNumber = await waitForReceipt(rpc, hash, options)
  if (!(await isDeployed(rpc)))
    throw ethereumError('ERR_DPP_DEPLOY_FAILED', `${hash} was mined, but the code is not there`)
  return { ...plan, status: 'deployed', transactionHash: hash, blockNumber }
}

async function isDeployed(rpc: JsonRpc): Promise<boolean> {
  const code = hexToBytes(await rpc.request('eth_getCode', [registryAddress, 'latest']), 'bytes')
  if (code.length === 0) return false
  if (keccakHex(code) === registryCodeHash) return true
  throw ethereumError('ERR_DPP_DEPLOY_FAILED', `${registryAddress} holds other code on this chain`)
}

async function waitForReceipt(
  rpc: JsonRpc,
  hash: `0x${string}`,
  { waitMs = 300_000, pollMs = 500 }: DeployOptions,
): Promise<string> {
  const deadline = Date.now() + waitMs
  for (;;) {
    const receipt = await rpc.request('eth_getTransactionReceipt', [hash])
    if (isJsonObject(receipt)) {
      if (receipt['status'] !== formatQuantity(1))
        throw ethereumError('ERR_DPP_DEPLOY_FAILED', `${hash} was reverted`)
      return readQuantity(receipt['blockNumber']).toString()
    }
    if (Date.now() > deadline)
      throw ethereumError(
        'ERR_DPP_DEPLOY_FAILED',
        `${hash} was not mined within ${waitMs} ms; it may still be: run this again to see`,
      )
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
