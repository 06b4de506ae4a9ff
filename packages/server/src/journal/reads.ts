// Look-ups that are asked for within one turn of the event loop share one read transaction: SQLite takes its locks, and
// looks whether another connection has written, once for all of them.
import type { Database } from './database.ts'

/** Runs `work`, which only reads, soon. */
export type Read = <Result>(work: () => Result) => Promise<Result>

export function createReads(database: Database): Read {
  let waiting: (() => void)[] = []
  function flush(): void {
    const taken = waiting
    waiting = []
    database.snapshot(() => {
      for (const look of taken) look()
    })
  }
  return (work) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push(() => {
        try {
          resolve(work())
        } catch (error) {
          reject(error)
        }
      })
    })
}
