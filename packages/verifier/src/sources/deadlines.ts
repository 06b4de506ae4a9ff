// Time limits: of a whole verification, and of each file and question within it. All hang on one listener and are let
// go of when the work is done, so that a page or a server that verifies all day keeps nothing of it.

/**
 * Runs work with a limit of its own within the whole's, and does not wait for work that ignores its signal.
 *
 * The work gets the controller and not the signal: making one costs a fifth of a signature, and memory never asks.
 */
export type Waiter = <T>(
  timeoutMs: number,
  work: (controller: AbortController) => Promise<T>,
) => Promise<T>

/** The time limit of a whole verification. */
export type Deadline = {
  /** @throws what the work throws; a DOMException named `TimeoutError` or `AbortError`. */
  readonly wait: Waiter
  /** Lets go of the clock and of the caller's signal. */
  close(): void
}

/** Starts the clock: from `timeoutMs` on, or when the caller stops, nothing is waited for any more. */
export function startDeadline(timeoutMs: number, caller: AbortSignal | undefined): Deadline {
  const running = new Set<() => void>()
  let isOver = caller?.aborted === true
  const stopAll = (): void => {
    isOver = true
    for (const stop of [...running]) stop()
  }
  const timer = setTimeout(stopAll, timeoutMs)
  caller?.addEventListener('abort', stopAll, { once: true })

  function wait<T>(ownMs: number, work: (controller: AbortController) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const controller = new AbortController()
      const end = (): void => {
        clearTimeout(ownTimer)
        running.delete(stop)
      }
      const give = (reason: DOMException): void => {
        end()
        controller.abort(reason)
        reject(reason)
      }
      const stop = (): void => give(new DOMException('the caller stopped', 'AbortError'))
      const ownTimer = setTimeout(
        () => give(new DOMException(`no answer in ${ownMs} ms`, 'TimeoutError')),
        ownMs,
      )
      running.add(stop)
      if (isOver) return stop()
      Promise.resolve(work(controller)).then(resolve, reject).finally(end)
    })
  }

  return {
    wait,
    close() {
      clearTimeout(timer)
      caller?.removeEventListener('abort', stopAll)
    },
  }
}
