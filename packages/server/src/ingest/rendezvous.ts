// Requests that arrive within a millisecond go on together. Each look into the database and each message to a thread is then one for
// all of them; alone, those of one event cost the main thread as much as to parse it.

const WAIT_MS = 1

/** Makes it: it resolves a millisecond after the first who asked, for all who have asked by then. */
export function createRendezvous(): () => Promise<void> {
  let next: Promise<void> | undefined
  return () => {
    next ??= new Promise((resolve) => {
      setTimeout(() => {
        next = undefined
        resolve()
      }, WAIT_MS)
    })
    return next
  }
}
