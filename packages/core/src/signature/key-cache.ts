// A bounded cache of tested public keys: testing one costs as much as several signatures.

/**
 * Remembers what `prepare` made of a key, for the `limit` keys used last. Keys that fail are not kept: a flood of bad keys
 * then cannot drive out good ones, and costs its sender's requests no more than signatures do.
 */
export function createKeyCache<Prepared>(
  limit: number,
  prepare: (publicKey: Uint8Array) => Prepared | undefined,
): (publicKey: Uint8Array) => Prepared | undefined {
  const known = new Map<string, Prepared>()
  return (publicKey) => {
    const name = String.fromCharCode.apply(null, publicKey as unknown as number[]) // Six times as fast as a spread.
    const hit = known.get(name)
    if (hit !== undefined) {
      if (known.size > limit / 2) {
        known.delete(name) // A Map iterates in order of insertion: move the key to the young end.
        known.set(name, hit)
      }
      return hit
    }
    const prepared = prepare(Uint8Array.from(publicKey))
    if (prepared === undefined) return undefined
    if (known.size >= limit) known.delete(known.keys().next().value as string)
    known.set(name, prepared)
    return prepared
  }
}
