// What a chain's answer about one anchor is worth: its window, its finality, and the hints that came with it.
import type { AnchorFinding, EvmAnchor } from '@dpp/anchor'
import { type Context, formatTime } from '../context.ts'
import type { TrustedRegistry } from '../policy.ts'
import { ended, finding, type Outcome } from '../verdict/reasons.ts'
import type { ConfirmedAnchor, Warning } from '../verdict/verdict.ts'

/** What became of one anchor, or of one root. */
export type RootOutcome = Outcome<'passed' | 'pending' | 'indeterminate' | 'invalid'> & {
  /** With its time, where the status is `passed`. */
  readonly anchor: ConfirmedAnchor | undefined
  readonly time: Date | undefined
  readonly warnings: readonly Warning[]
}

/** An outcome without an anchor. */
export function withoutAnchor(
  result: Outcome<'pending' | 'indeterminate' | 'invalid'>,
): RootOutcome {
  return { anchor: undefined, time: undefined, warnings: [], ...result }
}

/** Judges an anchor that the chain has. */
export function judgeFound(
  found: AnchorFinding,
  claimed: EvmAnchor,
  trusted: TrustedRegistry,
  { at }: Context,
): RootOutcome {
  const { chain, registry, anchorer, root, timestamp } = found
  if (!isInWindow(trusted, anchorer, timestamp)) {
    const values = { chain, registry, anchorer, root, time: formatTime(timestamp) }
    return withoutAnchor(ended('indeterminate', 'anchor.not-accepted', values))
  }
  // As of an earlier time this anchor did not exist.
  if (timestamp > at) return withoutAnchor(ended('pending', 'anchor.none-yet', { root }))
  const anchor = toConfirmed(found, claimed, trusted)
  if (!found.final) return withoutAnchor(ended('pending', 'anchor.not-final', { chain, root }))
  return {
    anchor,
    time: timestamp,
    ...ended('passed', 'anchor.confirmed', {
      chain,
      registry,
      anchorer,
      root,
      time: anchor.time,
      batchId: found.batchId,
    }),
    warnings: hintWarnings(anchor, claimed),
  }
}

function toConfirmed(
  found: AnchorFinding,
  claimed: EvmAnchor,
  trusted: TrustedRegistry,
): ConfirmedAnchor {
  const { chain, registry, anchorer, root, batchId, timestamp, block, final } = found
  return {
    chain,
    registry,
    anchorer,
    anchorerListed: trusted.anchorers !== undefined,
    batchId,
    root,
    time: formatTime(timestamp),
    final,
    claimed: { transactionHash: claimed.transactionHash, blockNumber: claimed.block.number },
    readAt: { number: block.number, hash: block.hash, time: formatTime(block.timestamp) },
  }
}

// A reorg may have moved the anchor: number and block are where to look, not what is claimed.
function hintWarnings({ batchId, time }: ConfirmedAnchor, claimed: EvmAnchor): Warning[] {
  const warnings: Warning[] = []
  if (claimed.batchId !== batchId) {
    warnings.push(finding('warning.batch-id', { expected: claimed.batchId, found: batchId }))
  }
  if (claimed.block.timestamp !== time) {
    warnings.push(finding('warning.block', { expected: claimed.block.timestamp, found: time }))
  }
  return warnings
}

function isInWindow({ anchorers }: TrustedRegistry, address: string, time: Date): boolean {
  return (
    anchorers === undefined ||
    anchorers.some(
      (each) =>
        each.address === address &&
        (each.from === undefined || each.from <= time) &&
        (each.until === undefined || time <= each.until),
    )
  )
}
