// What the service needs from its durable memory. The embedded adapter is `sqlite.ts`; every adapter passes the same
// contract suite. A promise that resolves means that the change survives kill −9 and a power cut.
import type { AnchorJournal } from '@dpp/anchor/ethereum'

/** All of the service's durable memory but the published files. */
export type Journal = {
  readonly events: EventQueue
  readonly products: ProductBook
  readonly issuers: IssuerBook
  readonly anchors: AnchorJournal
  readonly batches: BatchReader
  /** Becomes the one writer of batches, or gives undefined while another process is. */
  acquireLease(): Promise<BatchBook | undefined>
  /** Makes a small durable write; throws when the journal takes none. */
  probe(): Promise<void>
  close(): Promise<void>
}

/** An event that passed every check, on its way into the queue. */
export type AcceptedEvent = {
  readonly digest: string
  readonly issuer: string
  readonly id: string
  /** JCS of the secured event: what was verified, what is stored, what the digest is of. */
  readonly bytes: Uint8Array
  readonly verificationMethod: string
  /** The Multikey that verified it. Sealing checks that the issuer still has it. */
  readonly key: string
  /** As the event names them, each SCID once. */
  readonly products: readonly {
    readonly did: string
    readonly scid: string
    readonly hosted: boolean
  }[]
}

export type EventStanding =
  | { readonly kind: 'new' }
  | { readonly kind: 'known'; readonly receipt: string }
  /** The same issuer used the same `id` for other content, whose digest this is. */
  | { readonly kind: 'conflict'; readonly digest: string }

export type DeliveryState =
  | 'pending'
  | 'claimed'
  | 'sealed'
  | 'dead'
  | 'awaiting-controller'
  | 'not-hosted'

export type Delivery = {
  readonly scid: string
  readonly state: DeliveryState
  readonly batch?: number
  readonly versionId?: string
  readonly reason?: string
}

export type Backlog = { readonly deliveries: number; readonly oldest: Date | undefined }

export type DeadDelivery = {
  readonly digest: string
  readonly scid: string
  readonly reason: string
}

export type RecentEvent = {
  readonly digest: string
  readonly issuer: string
  readonly receivedAt: Date
}

export type EventQueue = {
  standing(event: { digest: string; issuer: string; id: string }): Promise<EventStanding>
  /**
   * Stores the events of one request and their receipt, all or none. False when one of them is not new any more: the
   * caller looks again, because a receipt must not name an event that was refused.
   */
  accept(events: readonly AcceptedEvent[], receipt: string, receivedAt: Date): Promise<boolean>
  bytes(digest: string): Promise<Uint8Array | undefined>
  deliveries(digest: string): Promise<readonly Delivery[] | undefined>
  /** What was sealed into a product's log: digest → versionId. */
  sealed(scid: string): Promise<ReadonlyMap<string, string>>
  /** Digests that wait to be written into a product's log, oldest first. */
  waiting(scid: string): Promise<readonly string[]>
  /** Accepted events, newest first, those accepted before the one that `before` names. */
  recent(limit: number, before?: string): Promise<readonly RecentEvent[]>
  /** Every digest, in order of digest. */
  list(): AsyncIterable<string>
  /** What no batch has claimed yet. */
  backlog(): Promise<Backlog>
  /** The dead-letter list, oldest first. */
  dead(limit: number): Promise<readonly DeadDelivery[]>
  /** Lets dead deliveries of an event wait again. Gives how many did. */
  replay(digest: string): Promise<number>
}

/** Who can append to a log: the service, its owner alone, or nobody any more. */
export type Control = 'delegated' | 'self' | 'closed'

export type Product = {
  readonly scid: string
  readonly did: string
  /** The genesis' `alsoKnownAs[0]`: names the service's keys for this log, for ever. */
  readonly item: string
  readonly controller: string
  readonly control: Control
  /** `formatHead` of the newest entry that was recorded. */
  readonly head: string
  /** Why the service stopped appending to this log; an operator has to look. */
  readonly suspended?: string
}

export type ProductOwner = Pick<Product, 'did' | 'item' | 'controller' | 'control'>

/** One log entry as it is or will be published; `line` ends in a line feed. */
export type Entry = {
  readonly scid: string
  readonly versionNumber: number
  readonly versionId: string
  readonly line: string
}

/** Entries that a log's owner signed, checked, on their way into the journal. */
export type AppendedEntries = {
  readonly scid: string
  /** The product's `head` that the entries were checked against. */
  readonly before: string
  readonly entries: readonly Entry[]
  readonly head: string
  readonly controller: string
  readonly control: Control
  /** Waiting events that the entries carry. */
  readonly sealed: readonly { readonly digest: string; readonly versionId: string }[]
}

export type ProductBook = {
  /** Stores a product with its genesis. `known` when the same genesis is there already; `taken` when its SCID or item has another. */
  add(product: Product, genesis: Entry): Promise<'added' | 'known' | 'taken'>
  find(scid: string): Promise<Product | undefined>
  /** What decides who may write about a product: `find` without the head, which is large. */
  owner(scid: string): Promise<ProductOwner | undefined>
  /** Products that the service stopped appending to, with the reason. */
  suspended(): Promise<readonly { readonly scid: string; readonly reason: string }[]>
  /** Lets the service append to a suspended product again. */
  resume(scid: string): Promise<void>
  /**
   * Appends the owner's entries, all or none. `moved` when the head is another by now, `busy` while a batch is sealing
   * events of this log.
   */
  append(appended: AppendedEntries): Promise<'appended' | 'moved' | 'busy'>
  /** DIDs in order of SCID, those after `after`. */
  page(
    limit: number,
    after?: string,
  ): Promise<readonly { readonly scid: string; readonly did: string }[]>
  /** Every SCID, in order. */
  list(): AsyncIterable<string>
  /** All lines of the log, in order. */
  lines(scid: string): Promise<readonly string[]>
}

/** An issuer's log as it was last fetched and verified. */
export type IssuerLog = {
  readonly did: string
  readonly scid: string
  readonly log: Uint8Array
  /** Its `did-witness.json`, where the log needs one. */
  readonly witnessFile?: Uint8Array
  readonly fetchedAt: Date
  readonly expiresAt: Date
}

export type IssuerBook = {
  find(did: string): Promise<IssuerLog | undefined>
  save(log: IssuerLog): Promise<void>
}

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
  /** Puts the claims of a key on the dead-letter list. */
  refuseKey(id: number, key: ClaimedKey, reason: string): Promise<void>
  /** The next products that still have claims without an entry, with their digests in order of arrival. */
  claimedProducts(id: number, limit: number): Promise<readonly ProductClaim[]>
  recordEntries(id: number, entries: readonly SignedEntry[]): Promise<void>
  /** Stops a product: what waits for it goes to the dead-letter list with the reason. */
  suspend(id: number, scid: string, reason: string): Promise<void>
  /** Leaves a batch's claims of a log to its controller, who has taken it over. */
  handOver(id: number, scid: string): Promise<void>
  /** Products with an entry in the batch, `after` a SCID, in order of SCID. */
  products(id: number, limit: number, after?: string): Promise<readonly string[]>
  /**
   * Voids the batch's entries of a log after version `kept`, whose conditional write lost: their events wait again, and
   * the log continues with the entries that won, where they are known.
   */
  voidEntries(id: number, scid: string, kept: number, winners?: Winners): Promise<void>
  /** Digests of the batch's sealed events, `after` one, in order of digest. */
  digests(id: number, limit: number, after?: string): Promise<readonly string[]>
  /** The tips of the batch's product logs. */
  tips(id: number): Promise<readonly Tip[]>
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
