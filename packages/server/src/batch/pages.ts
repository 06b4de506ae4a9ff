// Walks long lists with a few writes in flight, so that memory stays flat and a slow store is kept busy. One bad item does
// not stop the others; a store that is down stops the walk.

const PAGE = 500
const IN_FLIGHT = 8
const ATTEMPTS = 3
const MAX_FAILURES = 10

/** An item whose visits all failed. */
export type Failure<Item> = { readonly item: Item; readonly error: unknown }

/**
 * Calls `visit` for every item that `page` gives; `page` answers the items after one, in order. Gives the items that failed.
 *
 * @throws the first failure when they are many: then no item is to blame.
 */
export async function forEachPage(
  page: (limit: number, after: string | undefined) => Promise<readonly string[]>,
  visit: (item: string) => Promise<void>,
): Promise<readonly Failure<string>[]> {
  const walk = createWalk(visit)
  let after: string | undefined
  for (;;) {
    const items = await page(PAGE, after)
    await walk.visitAll(items)
    after = items.at(-1)
    if (items.length < PAGE) return walk.end()
  }
}

/** The same for items at hand: eight visits at a time, none of which runs on behind the caller's back. */
export async function visitAll<Item>(
  items: Iterable<Item>,
  visit: (item: Item) => Promise<void>,
): Promise<readonly Failure<Item>[]> {
  const walk = createWalk(visit)
  await walk.visitAll(items)
  return walk.end()
}

type Walk<Item> = {
  visitAll(items: Iterable<Item>): Promise<void>
  end(): readonly Failure<Item>[]
}

function createWalk<Item>(visit: (item: Item) => Promise<void>): Walk<Item> {
  const failures: Failure<Item>[] = []

  async function attempt(item: Item): Promise<void> {
    for (let left = ATTEMPTS - 1; ; left--) {
      try {
        return await visit(item)
      } catch (error) {
        if (left > 0) continue
        failures.push({ item, error })
        return
      }
    }
  }
  function assertFew(): void {
    if (failures.length >= MAX_FAILURES) throw failures[0]?.error
  }
  return {
    visitAll: async (items) => {
      const rest = items[Symbol.iterator]()
      async function work(): Promise<void> {
        for (let next = rest.next(); next.done !== true; next = rest.next()) {
          if (failures.length >= MAX_FAILURES) return
          await attempt(next.value)
        }
      }
      await Promise.all(Array.from({ length: IN_FLIGHT }, work))
      assertFew()
    },
    end: () => failures,
  }
}
