// Runs batches through the service's HTTP interface, and counts what they cost.
import { isEvmAnchor, parseBatchFile } from '@dpp/anchor'
import type { ServiceClient } from './service-client.ts'

export type BatchFigures = {
  readonly id: number
  readonly events: number
  readonly root: string
  /** Leaves of the tree: product logs, and mirrors of the issuers' logs. */
  readonly leaves: number
  readonly transactionHash: string
  readonly block: string
  readonly gas: number
}

type Listed = {
  readonly id: number
  readonly state: string
  readonly events: number
  readonly root?: string
  readonly problem?: string
}

const PATIENCE_MS = 30 * 60_000 // Finality on a public chain takes a quarter of an hour.
const MAX_JSON = { maxBytes: 64 * 2 ** 20, maxMembers: 4_000_000 }

/** Seals and anchors what waits, and resolves when its proofs are published. Where nothing waits it waits for nothing new. */
export async function runBatch(service: ServiceClient): Promise<void> {
  await service.post('/batches', {})
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const { batches } = await service.get<{ batches: readonly Listed[] }>('/batches')
    const open = batches.find(({ state }) => state !== 'settled')
    if (open === undefined) return
    if (Date.now() > deadline)
      throw new Error(
        `batch ${open.id} is still ${open.state}: ${open.problem ?? 'no reason given'}`,
      )
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** All batches of the service, oldest first, with the gas that each took. */
export async function readBatches(
  service: ServiceClient,
  rpcUrl: string,
): Promise<readonly BatchFigures[]> {
  const figures: BatchFigures[] = []
  let path: string | undefined = '/batches'
  while (path !== undefined) {
    const page: { batches: readonly Listed[]; next?: string } = await service.get(path)
    for (const { id, events, root } of page.batches) {
      if (root === undefined) continue // Every event of it was refused: nothing to anchor.
      figures.push({ id, events, root, ...(await anchorOf(service, root, rpcUrl)) })
    }
    path = page.next
  }
  return figures.reverse()
}

async function anchorOf(
  service: ServiceClient,
  root: string,
  rpcUrl: string,
): Promise<Pick<BatchFigures, 'leaves' | 'transactionHash' | 'block' | 'gas'>> {
  const response = await fetch(`${service.url}/.well-known/did/batches/${root.slice(2)}.json`)
  if (!response.ok) throw new Error(`the batch file of ${root} answers ${response.status}`)
  const file = parseBatchFile(new Uint8Array(await response.arrayBuffer()), MAX_JSON)
  const hash = file.anchors.find(isEvmAnchor)?.transactionHash
  if (hash === undefined) throw new Error(`the batch file of ${root} names no anchor`)
  const { gasUsed, blockNumber } = await receiptOf(rpcUrl, hash)
  return {
    leaves: file.treeSize,
    transactionHash: hash,
    block: String(Number(blockNumber)),
    gas: Number(gasUsed),
  }
}

async function receiptOf(
  rpcUrl: string,
  hash: string,
): Promise<{ readonly gasUsed: string; readonly blockNumber: string }> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'eth_getTransactionReceipt',
      params: [hash],
    }),
  })
  const { result } = (await response.json()) as {
    result?: { gasUsed: string; blockNumber: string } | null
  }
  if (result === undefined || result === null)
    throw new Error(`the chain has no receipt of ${hash}`)
  return result
}
