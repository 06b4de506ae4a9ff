// Look-ups that are asked for at the same time go to Redis in one script: a request of a hundred events costs one round
// trip for each question, not a hundred, and so do the requests that arrive beside it.

/** Makes the look-up of one out of the look-up of many, of at most `most` at a time; results are in the items' order. */
export function createGatheredLookUp<Item, Result>(
  most: number,
  lookUpMany: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = []

  function flush(): void {
    const taken = waiting
    waiting = []
    for (let at = 0; at < taken.length; at += most) void answer(taken.slice(at, at + most))
  }

  // Rejects never: each of those who asked hears of the failure.
  async function answer(asked: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await lookUpMany(asked.map(({ item }) => item))
      for (const [index, { resolve }] of asked.entries()) resolve(results[index] as Result)
    } catch (error) {
      for (const { reject } of asked) reject(error)
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      // After everything that arrived in this turn of the event loop has asked.
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({ item, resolve, reject })
    })
}

type Waiting<Item, Result> = {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}
