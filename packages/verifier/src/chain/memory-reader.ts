// A chain that is already in memory: what a registry held, as somebody trustworthy recorded it. For tests, for
// comparing implementations, and for an operator's own mirror of the registry.
import type { AnchorFinding, AnchorReader } from '@dpp/anchor'
import { DppError } from '@dpp/core'

/** What a registry contract holds, by batchId, and how far the chain is final. */
export type ChainSnapshot = {
  /** CAIP-2. */
  readonly id: string
  readonly registry: string
  /** Number of the newest final block. */
  readonly finalized: number
  readonly roots: Readonly<
    Record<
      string,
      {
        readonly root: string
        readonly anchorer: string
        /** Unix seconds. */
        readonly time: number
        readonly block: number
      }
    >
  >
  /** Answers every question with an outage. */
  readonly unreachable?: boolean
}

/**
 * A reader over a snapshot.
 *
 * @throws from `findAnchor`: ERR_DPP_CHAIN_UNREACHABLE for an unreachable chain, ERR_DPP_CHAIN_STALE where
 * the root is not there and the block that the question names is beyond the snapshot.
 */
export function createMemoryReader(snapshot: ChainSnapshot): AnchorReader {
  const { id: chain, registry, finalized } = snapshot
  const head = {
    number: String(finalized),
    hash: `0x${finalized.toString(16).padStart(64, '0')}`,
  }
  return {
    chain,
    async findAnchor(query): Promise<AnchorFinding | undefined> {
      if (snapshot.unreachable === true) {
        throw new DppError('ERR_DPP_CHAIN_UNREACHABLE', 'the chain is unreachable')
      }
      if (query.registry !== registry) {
        throw new DppError('ERR_DPP_CHAIN_CODE', `there is no registry at ${query.registry}`)
      }
      const matches = Object.entries(snapshot.roots).filter(
        ([, { root, anchorer }]) =>
          root === query.root && (query.anchorer === undefined || anchorer === query.anchorer),
      )
      const match = matches.find(([batchId]) => batchId === query.batchId) ?? matches[0]
      if (match === undefined) {
        if (query.blockNumber === undefined || BigInt(query.blockNumber) <= finalized)
          return undefined
        throw new DppError('ERR_DPP_CHAIN_STALE', `block ${query.blockNumber} is not reached yet`)
      }
      const [batchId, { root, anchorer, time, block }] = match
      const timestamp = new Date(time * 1000)
      const final = block <= finalized
      return {
        chain,
        registry,
        batchId,
        root,
        anchorer,
        timestamp,
        block: { ...head, timestamp },
        final,
      }
    },
  }
}
