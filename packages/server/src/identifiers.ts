// The forms of identifiers that arrive in URLs. What matches can stand in a storage key.

/** Pattern of an event digest: multibase base58btc of a sha2-256 multihash. */
export const DIGEST = 'zQm[1-9A-HJ-NP-Za-km-z]{44}'

/** Pattern of a root in a file name: 64 lower-case hex digits, no `0x`. */
export const ROOT = '[0-9a-f]{64}'

const wholeDigest = new RegExp(`^${DIGEST}$`)

export function isDigest(text: string): boolean {
  return wholeDigest.test(text)
}
