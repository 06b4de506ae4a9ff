// Anchors roots: a small state machine over a durable journal. Each call of `advance` is one step that is safe to
// repeat, from any state, after any crash: prepared → sent → mined → final.

import { assertChain, assertFinality, type Finality } from '../chain/chain-head.ts'
import { readQuantity } from '../chain/chain-hex.ts'
import { createJsonRpc, type JsonRpcOptions } from '../chain/json-rpc.ts'
import { isHashText } from '../tree/hash-text.ts'
import { confirm } from './confirm.ts'
import { ethereumError } from './errors.ts'
import { type FeeOptions, readFeeMarket } from './fees.ts'
import type { AnchorJournal, AnchorRecord } from './journal.ts'
import { signFirst } from './prepare.ts'
import { registryCodeHash } from './registry-artifact.ts'
import type { TransactionSigner } from './transaction.ts'
import { send, watch } from './watch.ts'
import { ask, readLatest, save, type WriterContext } from './writer-context.ts'

export type AnchorWriterOptions = JsonRpcOptions & {
  readonly rpcUrl: string
  readonly chainId: number
  readonly registry: string
  /** The relayer: pays, and is the anchorer that verifiers may accept. No other program sends from it. */
  readonly account: TransactionSigner
  readonly journal: AnchorJournal
  readonly finality: Finality
  readonly fees?: FeeOptions
  readonly codeHashes?: readonly string[]
  /** How far back the log is searched for an anchor that the journal does not know. Default 50,000 blocks. */
  readonly lookBackBlocks?: number
  /** Blocks per `eth_getLogs`. Default 10,000. */
  readonly logWindow?: number
  readonly now?: () => Date
}

/** How long the relayer's money lasts. */
export type AnchorForecast = {
  readonly balanceWei: bigint
  /** At the present base fee and tip. */
  readonly costPerAnchorWei: bigint
  readonly batchesLeft: number
}

export type AnchorWriter = {
  readonly chain: string
  readonly registry: string
  readonly anchorer: string
  /**
   * Takes one step with a root and returns its record: call it again until the state is `final`.
   *
   * A record that comes back unchanged waits for the chain, or for what its `notice` says. An error changed nothing
   * that the next call would not find out.
   *
   * @throws ERR_DPP_ANCHOR_ROOT ERR_DPP_ANCHOR_JOURNAL ERR_DPP_SIGNER_REFUSED ERR_DPP_CHAIN_MISMATCH
   * ERR_DPP_CHAIN_CODE and the codes of an RPC call
   */
  advance(root: string, options?: { readonly signal?: AbortSignal }): Promise<AnchorRecord>
  /** @throws the codes of an RPC call */
  forecast(options?: { readonly signal?: AbortSignal }): Promise<AnchorForecast>
}

/** Whole-transaction gas of an anchor after the first (docs/spec/registry.md, "Cost"). */
const GAS_PER_ANCHOR = 76_000n

/**
 * Creates a writer. One writer, with a journal of its own, per chain and relayer account: it alone gives out nonces.
 *
 * A root is anchored at most once by this account: the journal is written before anything is sent, a new nonce is used
 * only when it is final that the old one is lost, and the registry's log is searched before the first signature.
 */
export function createAnchorWriter(options: AnchorWriterOptions): AnchorWriter {
  assertFinality(options.finality)
  const base: WriterContext = {
    rpc: createJsonRpc(options.rpcUrl, options),
    chainId: options.chainId,
    chain: `eip155:${options.chainId}`,
    registry: options.registry.toLowerCase(),
    anchorer: options.account.address.toLowerCase(),
    account: options.account,
    journal: options.journal,
    finality: options.finality,
    fees: options.fees ?? {},
    codeHashes: options.codeHashes ?? [registryCodeHash],
    lookBackBlocks: BigInt(options.lookBackBlocks ?? 50_000),
    logWindow: BigInt(options.logWindow ?? 10_000),
    now: options.now ?? (() => new Date()),
  }
  const { anchorer, chain, registry } = base

  // One step at a time: two at once could give two roots the same nonce.
  let last: Promise<unknown> = Promise.resolve()
  const advance: AnchorWriter['advance'] = (root, { signal } = {}) => {
    const turn = last.then(() => step({ ...base, signal }, root))
    last = turn.catch(() => undefined)
    return turn
  }

  const forecast: AnchorWriter['forecast'] = async ({ signal } = {}) => {
    const context = { ...base, signal }
    await assertChain(base.rpc, base.chainId, signal)
    const balanceWei = readQuantity(await ask(context, 'eth_getBalance', [anchorer, 'latest']))
    const market = await readFeeMarket(base.rpc, await readLatest(context), signal)
    const costPerAnchorWei = GAS_PER_ANCHOR * (market.baseFee + market.suggestedTip)
    const left = costPerAnchorWei === 0n ? balanceWei : balanceWei / costPerAnchorWei
    return { balanceWei, costPerAnchorWei, batchesLeft: Number(left) }
  }

  return { chain, registry, anchorer, advance, forecast }
}

async function step(context: WriterContext, root: string): Promise<AnchorRecord> {
  if (!isHashText(root) || /^0x0{64}$/.test(root))
    throw ethereumError('ERR_DPP_ANCHOR_ROOT', 'not a root: 0x and 64 lower-case hex digits')
  const { anchorer, chain, registry } = context
  const known = await context.journal.load(root)
  if (known?.state === 'final') return known
  if (
    known &&
    (known.chain !== chain || known.registry !== registry || known.anchorer !== anchorer)
  )
    throw ethereumError(
      'ERR_DPP_ANCHOR_JOURNAL',
      `the journal holds ${root} for ${known.chain} ${known.registry} by ${known.anchorer}: finish it with that account`,
    )
  await assertChain(context.rpc, context.chainId, context.signal)
  if (known === undefined)
    return save(context, { root, chain, registry, anchorer, state: 'prepared', transactions: [] })
  switch (known.state) {
    case 'prepared':
      return known.nonce === undefined ? signFirst(context, known) : send(context, known)
    case 'sent':
      return watch(context, known)
    case 'mined':
      return confirm(context, { ...known, state: 'mined' })
  }
}
