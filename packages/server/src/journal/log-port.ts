// What the journal remembers of logs: the products' own, and the issuers' as they were last seen.

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
  /** They close the log as was asked for. Any others withdraw such a request. */
  readonly isClosing?: true
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
  /** The product whose genesis states `item` as `alsoKnownAs[0]`. */
  byItem(item: string): Promise<(ProductOwner & { readonly scid: string }) | undefined>
  /**
   * Records the controller's request to close a delegated log. From then on no new event is accepted for it; `owner` says
   * `closed`.
   */
  requestClosing(scid: string, request: string): Promise<void>
  /** The request to close a log. */
  closingRequest(scid: string): Promise<string | undefined>
  /** Delegated logs that are to be closed and for which nothing waits. */
  closing(): Promise<readonly Product[]>
  /** DIDs in order of SCID, those after `after`. */
  page(
    limit: number,
    after?: string,
    filter?: { readonly controller?: string | undefined; readonly control?: string | undefined },
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
