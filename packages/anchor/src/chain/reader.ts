// The port through which anything reads anchors from a chain. Implementations: `./ethereum` (viem) and
// the verifier's small JSON-RPC reader; nothing here knows a chain.

/** What is looked for. `batchId` and `blockNumber` are hints that a reorg may have made wrong. */
export type AnchorQuery = {
  /** Address of the registry contract, lower-case. */
  readonly registry: string
  /** `0x` and 64 lower-case hex digits. */
  readonly root: string
  /** Address that must have sent the anchor; absent: any. */
  readonly anchorer?: string
  readonly batchId?: string
  readonly blockNumber?: string
}

/** An anchor as it stands on the chain at the block it was read at. */
export type AnchorFinding = {
  /** CAIP-2, for example `eip155:11155111`. */
  readonly chain: string
  readonly registry: string
  readonly batchId: string
  readonly root: string
  readonly anchorer: string
  /** Time of the block that holds the anchor, as the registry recorded it. */
  readonly timestamp: Date
  /** The head that the anchor was read at. */
  readonly block: { readonly number: string; readonly hash: string; readonly timestamp: Date }
  /** Whether that head is final by the reader's configured rule. */
  readonly final: boolean
}

/** Reads anchors of one chain. */
export type AnchorReader = {
  /** CAIP-2. */
  readonly chain: string
  /**
   * Answers `undefined` only when the anchor is positively absent at the block read: an outage is not absence.
   *
   * @throws ERR_DPP_CHAIN_… for every failure to read
   */
  findAnchor(
    query: AnchorQuery,
    options?: { readonly signal?: AbortSignal },
  ): Promise<AnchorFinding | undefined>
}
