// The registry's interface as words: what its functions and its event are called on the wire. Written out, because
// computing them would cost every reader keccak-256; a test computes them.

/** First four bytes of the data of a call, by function. */
export const SELECTORS = {
  batchCount: '0x06f13056',
  roots: '0xc2b40ae4',
  timestamps: '0x8bc33af3',
  anchorerOf: '0x3b8c5f14',
} as const

/** Topic 0 of `AnchoredBy(address indexed anchorer, bytes32 indexed root, uint256 indexed batchId)`. */
export const ANCHORED_BY_TOPIC =
  '0x81cbc9dd224ce0e19ba92a09da6dbe0af016bb77b7ed035295a42580f33b61ed'

/** An address as a topic or an argument. */
export function addressWord(address: string): string {
  return `0x${address.slice(2).padStart(64, '0')}`
}
