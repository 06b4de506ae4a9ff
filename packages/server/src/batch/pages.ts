// Walks long lists with a few writes in flight, so that memory stays flat and a slow store is kept busy.

const PAGE = 500
const IN_FLIGHT = 8
const MAX_FAILURES = 10 // One bad item does not stop the others; a store that is down stops the walk.

/** Calls `visit` for every item that `page` gives; `page` answers the items after one, in order. */
export async function forEachPage(
  page: (limit: number, after: string | undefined) => Promise<readonly string[]>,
  visit: (item: string) => Promise<void>,
): Promise<void> {
  let after: string | undefined
  for (;;) {
    const items = await page(PAGE, after)
    await visitAll(items, visit)
    after = items.at(-1)
    if (items.length < PAGE) return
  }
}

/**
 * Calls `visit` for every item, eight at a time, and throws the first failure when all visits have ended: none may run
 * on behind the caller's back.
 */
export async function visitAll<Item>(
  items: Iterable<Item>,
  visit: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]()
  const failures: unknown[] = []
  async function work(): Promise<void> {
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      if (failures.length >= MAX_FAILURES) return
      try {
        await visit(next.value)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  if (failures.length > 0) throw failures[0]
}
