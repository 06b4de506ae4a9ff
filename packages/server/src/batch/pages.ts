// Walks long lists with a few writes in flight, so that memory stays flat and a slow store is kept busy. One bad item does
// not stop the others; a store that is down stops the walk.

const PAGE = 500
const IN_FLIGHT = 8
const ATTEMPTS = 3
const MAX_FAILURES = 10
const LONGEST_PAUSE_MS = 100

/** An item whose visits all failed. */
export type Failure<Item> = { readonly item: Item; readonly error: unknown }

export type PagedWalk = {
  /** The items after one, in an order that stays. */
  readonly page: (limit: number, after: string | undefined) => Promise<readonly string[]>
  readonly visit: (item: string) => Promise<void>
  /** Visits at a time; 8 unless told. */
  readonly inFlight?: number
  /** Where an earlier walk came to: this one begins behind it. */
  readonly after?: string | undefined
  /** Told after a page when every item from the first one to `item` has been visited; the next page waits for it. */
  readonly onReached?: (item: string) => Promise<void>
}

/**
 * Visits every item that `page` gives, and gives the items that failed.
 *
 * @throws the first failure when they are many: then no item is to blame.
 */
export async function forEachPage(options: PagedWalk): Promise<readonly Failure<string>[]> {
  const { page, visit, inFlight = IN_FLIGHT, onReached } = options
  const walk = createWalk(visit, inFlight)
  let { after } = options
  for (;;) {
    const items = await page(PAGE, after)
    await walk.visitAll(items)
    after = items.at(-1)
    // Behind an item that failed nothing counts as reached: a walk that begins again comes to it again.
    if (after !== undefined && walk.failures.length === 0) await onReached?.(after)
    if (items.length < PAGE) return walk.failures
  }
}

/** The same for items at hand: eight visits at a time, none of which runs on behind the caller's back. */
export async function visitAll<Item>(
  items: Iterable<Item>,
  visit: (item: Item) => Promise<void>,
): Promise<readonly Failure<Item>[]> {
  const walk = createWalk(visit, IN_FLIGHT)
  await walk.visitAll(items)
  return walk.failures
}

type Walk<Item> = {
  visitAll(items: Iterable<Item>): Promise<void>
  readonly failures: readonly Failure<Item>[]
}

function createWalk<Item>(visit: (item: Item) => Promise<void>, inFlight: number): Walk<Item> {
  const failures: Failure<Item>[] = []

  async function attempt(item: Item): Promise<void> {
    for (let left = ATTEMPTS - 1; ; left--) {
      try {
        return await visit(item)
      } catch (error) {
        if (left === 0) {
          failures.push({ item, error })
          return
        }
        await pause() // The store has tried for itself: this is for what its patience did not cover.
      }
    }
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
      await Promise.all(Array.from({ length: inFlight }, work))
      if (failures.length >= MAX_FAILURES) throw failures[0]?.error
    },
    failures,
  }
}

// A random time, so that visits that failed together do not come back together.
async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_PAUSE_MS))
}
