// What an anchor writer remembers of each root. It is plain JSON, because it must survive the process: whoever loses
// it may still not anchor twice (the chain is asked), but can no longer send the same bytes again.
import type { EvmAnchor } from '../files/anchor.ts'
import type { AnchorNoticeCode } from './errors.ts'

/** A transaction that was signed, and recorded before anybody else saw it. Amounts are decimal wei. */
export type SignedTransaction = {
  readonly hash: string
  readonly raw: string
  readonly nonce: number
  /** `fill` uses up a nonce that stood empty before ours. */
  readonly purpose: 'anchor' | 'fill'
  readonly gasLimit: string
  readonly maxFeePerGas: string
  readonly maxPriorityFeePerGas: string
  /** RFC 3339. */
  readonly signedAt: string
  /** Number of the newest block at that time. */
  readonly signedAtBlock: string
}

/** Where a root stands, in the form of the witness and batch files. */
export type AnchorLocation = Pick<EvmAnchor, 'batchId' | 'transactionHash' | 'block'>

type AnchorRecordBase = {
  /** `0x` and 64 lower-case hex digits. */
  readonly root: string
  readonly chain: string
  readonly registry: string
  readonly anchorer: string
  /** The nonce that this root is sent with. Absent before signing, and after an attempt that can never succeed. */
  readonly nonce?: number
  /** Everything that was ever signed for this root, oldest first. Any of them may win. */
  readonly transactions: readonly SignedTransaction[]
  /** Why the last step made no progress. */
  readonly notice?: { readonly code: AnchorNoticeCode; readonly message: string }
}

/**
 * One root on its way: `prepared` (recorded, not yet sent) → `sent` → `mined` → `final`.
 *
 * A reorg takes it from `mined` back to `sent`. `final` never changes.
 */
export type AnchorRecord = AnchorRecordBase &
  (
    | { readonly state: 'prepared' | 'sent' }
    | ({ readonly state: 'mined' | 'final' } & AnchorLocation)
  )

/** Keeps records durably. `save` returns only after a crash can no longer undo it. */
export type AnchorJournal = {
  load(root: string): Promise<AnchorRecord | undefined>
  save(record: AnchorRecord): Promise<void>
  /** Every record that is not `final`. */
  pending(): Promise<readonly AnchorRecord[]>
}

/** A journal that forgets with the process: for tests and examples. */
export function createMemoryJournal(): AnchorJournal {
  const records = new Map<string, AnchorRecord>()
  return {
    load: async (root) => records.get(root),
    save: async (record) => void records.set(record.root, record),
    pending: async () => [...records.values()].filter(({ state }) => state !== 'final'),
  }
}
