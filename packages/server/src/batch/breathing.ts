// Long work on the main thread, in pieces: between two of them whoever waits for an answer gets it.
import { setImmediate } from 'node:timers/promises'

const LONGEST_MS = 10

/** Makes a function to call between two steps of long work: every 10 ms it lets everything else have a turn. */
export function createBreathing(): () => Promise<void> {
  let sinceMs = performance.now()
  return async () => {
    if (performance.now() - sinceMs < LONGEST_MS) return
    await setImmediate()
    sinceMs = performance.now()
  }
}
