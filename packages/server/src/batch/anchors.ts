// The anchors of a root as public files carry them, out of the writer's record.
import type { EvmAnchor } from '@dpp/anchor'
import type { AnchorJournal } from '@dpp/anchor/ethereum'

/** The final anchor of a root; none before it is final: what a reorg can undo is not published. */
export async function anchorsOf(
  journal: AnchorJournal,
  root: string,
): Promise<readonly EvmAnchor[]> {
  const record = await journal.load(root)
  if (record === undefined || record.state !== 'final') return []
  const { chain, registry, anchorer, batchId, transactionHash, block } = record
  const timestamp = block.timestamp.replace('.000Z', 'Z') // Block times are whole seconds.
  return [
    {
      type: 'evm-registry',
      chain,
      registry,
      anchorer,
      batchId,
      transactionHash,
      block: { ...block, timestamp },
    },
  ]
}
