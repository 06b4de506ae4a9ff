// Who writes next. The journal has two writing connections, one for accepted events in a thread of its own and one for
// everything else; SQLite lets one write at a time and makes the other sleep. Taking turns here, nobody sleeps.

/** Does `work` after everything that asked before it. */
export type Turns = <Result>(work: () => Result | Promise<Result>) => Promise<Result>

/** Runs `work` as one transaction when its turn has come. */
export type Write = <Result>(work: () => Result) => Promise<Result>

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => {}) // Whoever asked gets the failure; the next turn comes all the same.
    return mine
  }
}
