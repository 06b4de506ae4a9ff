// The thread that stores accepted events. A commit waits for the disk; here that, and the work of the indices, happens on
// another core while the service parses and verifies. What arrives during one commit shares the next.
import { Worker } from 'node:worker_threads'
import type { AcceptedRequest } from './event-rows.ts'
import type { Turns } from './turns.ts'

export type EventWriter = {
  /** Resolves once the request is durable, with whether it was stored: false when one of its events is not new any more. */
  store(request: AcceptedRequest): Promise<boolean>
  close(): Promise<void>
}

/** What the thread answers to a list of requests. A thrown object's code would not survive the way between threads. */
export type WriterAnswer =
  | { readonly results: readonly boolean[] }
  | { readonly message: string; readonly code: string }

type Waiting = {
  readonly request: AcceptedRequest
  readonly resolve: (isStored: boolean) => void
  readonly reject: (error: unknown) => void
}

type Thread = {
  readonly worker: Worker
  /** Takes the answer to what was asked. */
  answer: (answer: WriterAnswer) => void
}

// Beside this file in the sources; below the bundle in the package.
const program = import.meta.url.endsWith('.ts')
  ? new URL('./event-writer-thread.ts', import.meta.url)
  : new URL('./journal/event-writer-thread.js', import.meta.url)

// Some 50 ms of work: more gains nothing, and no single commit may take long.
const MAX_EVENTS_PER_COMMIT = 1000

/** Makes the writer for the database at `path`, which has its tables. The thread starts with the first event. */
export function createEventWriter(path: string, takeTurn: Turns): EventWriter {
  let group: Waiting[] = []
  let isDue = false
  let thread: Thread | undefined

  async function commitGroup(): Promise<void> {
    const taken = takeGroup()
    isDue = group.length > 0
    if (isDue) schedule()
    try {
      const results = await ask(taken.map(({ request }) => request))
      taken.forEach(({ resolve }, index) => {
        resolve(results[index] === true)
      })
    } catch (error) {
      for (const { reject } of taken) reject(error)
    }
  }

  function takeGroup(): readonly Waiting[] {
    let events = 0
    const end = group.findIndex(({ request }) => {
      events += request.events.length
      return events > MAX_EVENTS_PER_COMMIT
    })
    // A single request is committed whole, whatever its size.
    const taken = group.slice(0, end === -1 ? group.length : Math.max(1, end))
    group = group.slice(taken.length)
    return taken
  }

  function schedule(): void {
    void takeTurn(commitGroup) // Rejects never: each request hears of its own failure.
  }

  async function ask(requests: readonly AcceptedRequest[]): Promise<readonly boolean[]> {
    thread ??= startThread()
    const asked = thread
    asked.worker.ref() // An answer is owed: the process must not end before it.
    try {
      const answer = await new Promise<WriterAnswer>((resolve) => {
        asked.answer = resolve // One question at a time: it has its turn.
        asked.worker.postMessage(requests)
      })
      if ('results' in answer) return answer.results
      throw Object.assign(new Error(answer.message), { code: answer.code })
    } finally {
      asked.worker.unref()
    }
  }

  function startThread(): Thread {
    const worker = new Worker(program, {
      workerData: path,
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    })
    const started: Thread = { worker, answer: () => {} }
    worker.on('message', (answer: WriterAnswer) => started.answer(answer))
    worker.on('error', () => {}) // Its end says the same.
    worker.once('exit', () => {
      thread = undefined // The next group gets a new one.
      const message = 'the thread that stores events ended; it starts again'
      started.answer({ message, code: 'ERR_SQLITE_ERROR' })
    })
    return started
  }

  return {
    store: (request) =>
      new Promise((resolve, reject) => {
        group.push({ request, resolve, reject })
        if (isDue) return
        isDue = true
        schedule()
      }),
    // After the commits that are under way.
    close: () =>
      takeTurn(async () => {
        await thread?.worker.terminate()
      }),
  }
}
