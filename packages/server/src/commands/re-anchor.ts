// `dpp-server re-anchor`: old roots on a successor chain or registry, while the batch cycle goes on.
import type { AnchorForecast } from '@dpp/anchor/ethereum'
import { DppError } from '@dpp/core'
import { findReanchoring, stepReanchoring } from '../batch/re-anchor.ts'
import type { ServerErrorCode } from '../errors.ts'
import type { Server } from '../server.ts'

export type ReanchorOptions = {
  /** The chain to anchor on, as CAIP-2: what is configured must be the same. */
  readonly to: string
  /** Only counts, and says what it costs. */
  readonly isDryRun: boolean
  readonly pollMs: number
  /** Called whenever something has changed. */
  readonly onProgress: (progress: { readonly left: number; readonly problem?: string }) => void
}

export type ReanchorReport = {
  readonly chain: string
  readonly registry: string
  readonly anchorer: string
  /** Batches whose files had the anchor before. */
  readonly already: number
  /** Batches that were anchored, or are to be in a dry run. */
  readonly anchored: number
  /** In a dry run: what the relayer has, and what it needs at the present price. */
  readonly balanceWei?: string
  readonly costWei?: string
}

/**
 * Anchors the root of every settled batch on the configured registry, once each, and adds the anchors to the batch files.
 * It can be stopped at any instant and run again.
 *
 * @throws ERR_DPP_CONFIG_INVALID where another chain is configured, or none; ERR_DPP_LEASE_LOST while a service runs on the
 * same data; the codes of the writer
 */
export async function reanchor(
  { batches, journal, store, anchorWriter: writer }: Server,
  { to, isDryRun, pollMs, onProgress }: ReanchorOptions,
): Promise<ReanchorReport> {
  if (writer === undefined || writer.chain !== to) {
    const found = writer === undefined ? 'DPP_REGISTRY is not set' : `they name ${writer.chain}`
    throw new DppError<ServerErrorCode>(
      'ERR_DPP_CONFIG_INVALID',
      `DPP_CHAIN_ID, DPP_RPC_URLS and DPP_REGISTRY must be those of ${to}: ${found}`,
    )
  }
  const { chain, registry, anchorer } = writer
  const found = await findReanchoring({ journal, store }, writer)
  const report = {
    ...{ chain, registry, anchorer },
    ...{ already: found.already, anchored: found.todo.length },
  }
  if (isDryRun) return { ...report, ...priceOf(await writer.forecast(), found.todo.length) }

  let { todo } = found
  batches.start() // New batches are not held up.
  while (todo.length > 0) {
    const step = await batches.besideAnchoring((context) => stepReanchoring(context, writer, todo))
    const { problem } = step
    onProgress({ left: step.todo.length, ...(problem === undefined ? {} : { problem }) })
    todo = step.todo
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  return report
}

function priceOf(
  { balanceWei, costPerAnchorWei }: AnchorForecast,
  count: number,
): { balanceWei: string; costWei: string } {
  return {
    balanceWei: balanceWei.toString(),
    costWei: (costPerAnchorWei * BigInt(count)).toString(),
  }
}
