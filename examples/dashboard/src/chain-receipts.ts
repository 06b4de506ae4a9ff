// What an anchor cost, asked of the chain itself: the receipt of its transaction.
import { isJsonObject } from '@dpp/core'
import type { ChainAccess } from './config.ts'

export type AnchorCost = {
  readonly gasUsed: bigint
  /** In wei. */
  readonly price: bigint
}

const hexNumber = /^0x[0-9a-f]{1,32}$/

/** The gas and the price of a transaction; undefined where the node does not know it or does not answer. */
export async function fetchCost(
  chain: ChainAccess,
  transactionHash: string,
  signal: AbortSignal,
): Promise<AnchorCost | undefined> {
  const [url] = chain.rpcUrls
  if (url === undefined) return undefined
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'eth_getTransactionReceipt',
        params: [transactionHash],
      }),
      credentials: 'omit',
      signal,
    })
    const answer: unknown = await response.json()
    const receipt = isJsonObject(answer) ? answer['result'] : undefined
    if (!isJsonObject(receipt)) return undefined
    const { gasUsed, effectiveGasPrice } = receipt
    if (!isHexNumber(gasUsed) || !isHexNumber(effectiveGasPrice)) return undefined
    return { gasUsed: BigInt(gasUsed), price: BigInt(effectiveGasPrice) }
  } catch {
    return undefined // A figure is missing then; nothing else depends on it.
  }
}

/** Wei as ETH, in at most six significant digits. */
export function formatEther(wei: bigint): string {
  return `${(Number(wei) / 1e18).toLocaleString('en', { maximumSignificantDigits: 3 })} ETH`
}

function isHexNumber(value: unknown): value is string {
  return typeof value === 'string' && hexNumber.test(value)
}
