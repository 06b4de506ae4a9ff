// Many at once, never all; the results in the order of the items. The first failure stops what has not begun.

export async function inParallel<Item, Result>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length)
  const rest = items.entries() // One iterator for all lanes: each takes the next item that is left.
  let failure: { readonly error: unknown } | undefined
  async function lane(): Promise<void> {
    for (const [index, item] of rest) {
      if (failure !== undefined) return
      try {
        results[index] = await work(item, index)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane))
  if (failure !== undefined) throw failure.error // Nothing runs on behind the caller's back.
  return results
}
