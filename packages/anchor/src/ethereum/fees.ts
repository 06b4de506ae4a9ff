// EIP-1559 fees: what to offer, what to offer instead when a transaction is stuck, and when to wait rather than overpay.
import { isDppError } from '@dpp/core'
import type { Head } from '../chain/chain-head.ts'
import { readQuantity } from '../chain/chain-hex.ts'
import type { JsonRpc } from '../chain/json-rpc.ts'

export type FeeOptions = {
  /** Never offered more per gas. Default 100 gwei. */
  readonly maxFeePerGasWei?: bigint
  /** Tip offered at least. Default 0.001 gwei. */
  readonly minPriorityFeeWei?: bigint
  /** Tip offered at most in a first transaction, whatever the node suggests. Default 3 gwei. */
  readonly maxPriorityFeeWei?: bigint
  /** A transaction that waits longer, while blocks go by, is replaced. Default 60 s. */
  readonly replaceAfterMs?: number
}

export type Fees = { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }

/** What the chain asks for now. */
export type FeeMarket = { readonly baseFee: bigint; readonly suggestedTip: bigint }

/** Reads the market. A node that suggests no tip does not stop us. */
export async function readFeeMarket(
  rpc: JsonRpc,
  head: Head,
  signal?: AbortSignal,
): Promise<FeeMarket> {
  const baseFee = readQuantity(head.json['baseFeePerGas'])
  const suggestedTip = await rpc
    .request('eth_maxPriorityFeePerGas', [], signal)
    .then(readQuantity, (error: unknown) => {
      if (isDppError(error) && error.code === 'ERR_DPP_CHAIN_REJECTED') return 0n
      throw error
    })
  return { baseFee, suggestedTip }
}

/**
 * Fees of a first transaction: room for a doubled base fee, cut at the cap.
 *
 * `undefined` where even the present base fee is above the cap: it waits.
 */
export function firstFees(market: FeeMarket, options: FeeOptions): Fees | undefined {
  const { cap, tip } = limits(market, options)
  if (market.baseFee + tip > cap) return undefined
  const roomy = 2n * market.baseFee + tip
  return { maxFeePerGas: roomy < cap ? roomy : cap, maxPriorityFeePerGas: tip }
}

/**
 * Fees of a replacement: both fields at least 12.5 % higher (geth wants 10 %, others 12.5 %), and at least twice the
 * base fee, so that one replacement is enough.
 *
 * `undefined` where that is above the cap: the transactions that are out there wait.
 */
export function replacementFees(
  previous: Fees,
  market: FeeMarket,
  options: FeeOptions,
): Fees | undefined {
  const { cap, tip } = limits(market, options)
  const maxPriorityFeePerGas = max(raise(previous.maxPriorityFeePerGas), tip)
  const maxFeePerGas = max(raise(previous.maxFeePerGas), 2n * market.baseFee + maxPriorityFeePerGas)
  return maxFeePerGas > cap ? undefined : { maxFeePerGas, maxPriorityFeePerGas }
}

function limits(market: FeeMarket, options: FeeOptions): { cap: bigint; tip: bigint } {
  const cap = options.maxFeePerGasWei ?? 100_000_000_000n
  const floor = options.minPriorityFeeWei ?? 1_000_000n
  const ceiling = options.maxPriorityFeeWei ?? 3_000_000_000n
  const wanted = max(market.suggestedTip, floor)
  return { cap, tip: wanted < ceiling ? wanted : ceiling }
}

/** At least 12.5 % more, rounded up, and never the same again. */
function raise(value: bigint): bigint {
  return (value * 9n + 7n) / 8n + (value === 0n ? 1n : 0n)
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
