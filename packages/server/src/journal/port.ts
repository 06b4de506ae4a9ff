// What the service needs from its durable memory. The embedded adapter is `sqlite.ts`, the one for replicas is `redis/`;
// every adapter passes the same contract suite. A promise that resolves means that the change survives kill −9 and a
// power cut.
import type { AnchorJournal } from '@dpp/anchor/ethereum'
import type { BatchBook, BatchReader } from './batch-port.ts'
import type { IssuerBook, ProductBook } from './log-port.ts'

/** All of the service's durable memory but the published files. */
export type Journal = {
  readonly events: EventQueue
  readonly products: ProductBook
  readonly issuers: IssuerBook
  readonly anchors: AnchorJournal
  readonly batches: BatchReader
  /**
   * Becomes the one writer of batches, or gives undefined while another process is. Where a lease ends by time, `onLost` is
   * called once when its renewal finds that another process has it, whether or not anything was being written.
   */
  acquireLease(onLost?: () => void): Promise<BatchBook | undefined>
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
  readonly text: string
  readonly verificationMethod: string
  /** The Multikey that verified it. Sealing checks that the issuer still has it. */
  readonly key: string
  /** Who may read it; absent: everybody. */
  readonly audience?: string | undefined
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

/** Why the content of an event is not public. */
export type Withheld = { readonly audience: string | undefined; readonly isErased: boolean }

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
   * Stores the events of one request and their receipt, all or none. False when one of them is not new any more, names a
   * product as hosted whose log is closed by now, or names one as not hosted that was registered since: the caller looks again,
   * because a receipt must not name an event that was refused, and no log takes one that nobody was asked about.
   */
  accept(events: readonly AcceptedEvent[], receipt: string, receivedAt: Date): Promise<boolean>
  /** JCS of the event in UTF-8, whoever may read it; undefined when it is unknown or its content was erased. */
  bytes(digest: string): Promise<Uint8Array | undefined>
  /** The same, where everybody may read it. */
  publicBytes(digest: string): Promise<Uint8Array | undefined>
  /** Undefined for an event that is public or unknown. */
  withheld(digest: string): Promise<Withheld | undefined>
  /** Overwrites the content of an event; digest, receipt and deliveries stay. False when there is no such event. */
  erase(digest: string, erasedAt: Date): Promise<boolean>
  /** Events of an issuer that were accepted at `since` or later. */
  countSince(issuer: string, since: Date): Promise<number>
  deliveries(digest: string): Promise<readonly Delivery[] | undefined>
  /** What was sealed into a product's log: digest → versionId. */
  sealed(scid: string): Promise<ReadonlyMap<string, string>>
  /** Digests that wait to be written into a product's log, oldest first. */
  waiting(scid: string): Promise<readonly string[]>
  /** Accepted events, newest first, those accepted before the one that `before` names. */
  recent(
    limit: number,
    before?: string,
    filter?: { readonly issuer?: string | undefined; readonly product?: string | undefined },
  ): Promise<readonly RecentEvent[]>
  /** Every digest, in order of arrival. */
  list(): AsyncIterable<string>
  /** What no batch has claimed yet. */
  backlog(): Promise<Backlog>
  /** The dead-letter list, oldest first. */
  dead(limit: number): Promise<readonly DeadDelivery[]>
  /** Length of the dead-letter list. */
  countDead(): Promise<number>
  /** Lets dead deliveries of an event wait again. Gives how many did. */
  replay(digest: string): Promise<number>
}
