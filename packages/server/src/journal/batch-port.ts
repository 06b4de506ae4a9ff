// What the journal remembers of batches, and the writing side that only the holder of the lease has.
import type { Entry, Product } from './log-port.ts'

export type BatchState =
  | 'claimed' // deliveries chosen
  | 'signed' // every entry recorded
  | 'published' // logs, events and mirrors are out
  | 'rooted' // leaves, order and root recorded: never changes again
  | 'final' // root anchored in a final block
  | 'settled' // proofs are out, nothing left to do

export type Batch = {
  readonly id: number
  readonly state: BatchState
  readonly createdAt: Date
  readonly publishedAt?: Date
  readonly settledAt?: Date
  readonly root?: string
  readonly treeSize?: number
  /** Events that were claimed. */
  readonly events: number
  /** Why it does not move, as of the last attempt. */
  readonly problem?: string
}

/** A leaf of a batch: the tip of one product log or issuer mirror. */
export type Leaf = {
  readonly kind: 'product' | 'issuer'
  readonly scid: string
  readonly versionId: string
  readonly parent: string | null
  readonly leafHash: Uint8Array
}

export type BatchReader = {
  find(id: number): Promise<Batch | undefined>
  /** Newest first, those with an id below `before`. */
  list(limit: number, before?: number): Promise<readonly Batch[]>
  /** Not settled, oldest first. */
  open(): Promise<readonly Batch[]>
  leaves(id: number): Promise<readonly Leaf[]>
}

/** The claims of a batch that one key of one issuer signed. */
export type ClaimedKey = {
  readonly issuer: string
  readonly verificationMethod: string
  readonly key: string
}

export type ProductClaim = { readonly product: Product; readonly digests: readonly string[] }

export type SignedEntry = {
  readonly entry: Entry
  readonly head: string
  readonly controller: string
  readonly digests: readonly string[]
}

/** How much of a batch's claims is looked at in one go. */
export type ClaimPage = {
  /** At most so many products … */
  readonly products: number
  /** … and no further one after so many digests … */
  readonly digests: number
  /** … with so many of one product at most: what more is claimed of it comes into its next entry, in a later batch. */
  readonly perProduct: number
}

/** What is published item by item: events by digest, logs by SCID, proofs by the leaf's index. */
export type PublishedKind = 'events' | 'logs' | 'proofs'

/** The newest entry of one log in a batch. */
export type Tip = {
  readonly scid: string
  readonly versionId: string
  readonly line: string
  readonly parent: string | null
}

/** Entries of a product's log that another writer published, and the state after the last of them. */
export type Winners = {
  readonly entries: readonly Entry[]
  readonly head: string
  readonly controller: string
}

/**
 * The writing side of the batch cycle. Whoever holds it holds the lease: each call carries its fencing token and
 * throws ERR_DPP_LEASE_LOST once another process has taken over.
 */
export type BatchBook = BatchReader & {
  /** Claims what waits (at most `limit` deliveries) and every entry that is in no batch. Undefined: nothing waits. */
  claim(limit: number, now: Date): Promise<Batch | undefined>
  claimedKeys(id: number): Promise<readonly ClaimedKey[]>
  /** Puts the claims of a key on the dead-letter list, page by page: after one that ended in the middle, once more. */
  refuseKey(id: number, key: ClaimedKey, reason: string): Promise<void>
  /** The next products that still have claims without an entry, with their digests in order of arrival. */
  claimedProducts(id: number, page: ClaimPage): Promise<readonly ProductClaim[]>
  /** Seals the digests that each entry carries, the first ones claimed of its product; what else is claimed of it waits again. */
  recordEntries(id: number, entries: readonly SignedEntry[]): Promise<void>
  /** Stops a product: what waits for it goes to the dead-letter list with the reason. */
  suspend(id: number, scid: string, reason: string): Promise<void>
  /**
   * Stops a product whose published log is not ours. Its entries leave the batch as they are, signed and recorded, for a
   * reader may have seen them; they and the events in them, which go to the dead-letter list with what waits, are in the
   * first batch after the product is resumed.
   */
  setAside(id: number, scid: string, reason: string): Promise<void>
  /** Leaves a batch's claims of a log to its controller, who has taken it over. */
  handOver(id: number, scid: string): Promise<void>
  /** Products with an entry in the batch, `after` a SCID, in order of SCID. */
  products(id: number, limit: number, after?: string): Promise<readonly string[]>
  /**
   * Voids the batch's entries of a log after version `kept`, whose conditional write lost: their events wait again, and
   * the log continues with the entries that won.
   */
  voidEntries(id: number, scid: string, kept: number, winners: Winners): Promise<void>
  /**
   * Takes the batch's entries of a log, which cannot be published now, out of the batch: the next one has them. They stay
   * as they are, signed and recorded.
   */
  defer(id: number, scid: string): Promise<void>
  /** Digests of the batch's sealed events, `after` one, in an order that stays. */
  digests(id: number, limit: number, after?: string): Promise<readonly string[]>
  /** Notes that everything of a kind is out, in the order of its walk, up to `item`: a restart begins behind it. */
  notePublished(id: number, kind: PublishedKind, item: string): Promise<void>
  publishedUpTo(id: number, kind: PublishedKind): Promise<string | undefined>
  /** The tips of the batch's product logs, in order of SCID. */
  tips(id: number): AsyncIterable<Tip>
  /** DIDs of the issuers of the batch's sealed events. */
  issuers(id: number): Promise<readonly string[]>
  /** Whether an earlier batch has this entry of an issuer as a leaf. */
  isAnchoredTip(scid: string, versionId: string): Promise<boolean>
  /** Records leaves, order and root in one step, once. */
  recordRoot(id: number, root: string, leaves: readonly Leaf[]): Promise<void>
  advance(id: number, state: BatchState, now: Date): Promise<void>
  noteProblem(id: number, problem: string | undefined): Promise<void>
  release(): Promise<void>
}
