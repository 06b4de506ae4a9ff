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

/** What the thread answers to one message. A thrown object's code would not survive the way between threads. */
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
  /** The messages that are not answered, in the order in which they will be. */
  asked: (readonly Waiting[])[]
}

// Beside this file in the sources; below the bundle in the package.
const program = import.meta.url.endsWith('.ts')
  ? new URL('./event-writer-thread.ts', import.meta.url)
  : new URL('./journal/event-writer-thread.js', import.meta.url)

// Some 50 ms of work: more gains nothing, and others who want to write have their turn soon.
const MAX_EVENTS_PER_TURN = 1000

// What the database's own failures carry: nothing is known to be stored.
const OUTAGE = 'ERR_SQLITE_ERROR'

/** Makes the writer for the database at `path`, which has its tables. The thread starts with the first event. */
export function createEventWriter(path: string, takeTurn: Turns): EventWriter {
  const waiting: Waiting[] = []
  let phase: 'idle' | 'turn asked for' | 'writing' = 'idle'
  let eventsOfTurn = 0
  let thread: Thread | undefined
  let onAllAnswered = () => {}

  // What arrives during the turn is handed over at once: the thread has its next commit before this one's answer is read.
  function handOver(): void {
    if (phase === 'writing') send(takeGroup())
    if (phase !== 'idle') return
    phase = 'turn asked for'
    void takeTurn(writeInTurn) // Rejects never: each request hears of its own failure.
  }

  async function writeInTurn(): Promise<void> {
    phase = 'writing'
    eventsOfTurn = 0
    const allAnswered = new Promise<void>((resolve) => {
      onAllAnswered = resolve
    })
    send(takeGroup())
    await allAnswered
    phase = 'idle'
    if (waiting.length > 0) handOver()
  }

  function takeGroup(): readonly Waiting[] {
    const end = waiting.findIndex(({ request }) => {
      // A request is stored whole, whatever its size.
      if (eventsOfTurn > 0 && eventsOfTurn + request.events.length > MAX_EVENTS_PER_TURN)
        return true
      eventsOfTurn += request.events.length
      return false
    })
    return waiting.splice(0, end === -1 ? waiting.length : end)
  }

  function send(group: readonly Waiting[]): void {
    if (group.length === 0) return
    try {
      thread ??= startThread()
    } catch (error) {
      // The system gives no thread now: as with one that ended, whoever asked is told, and the next group tries again.
      const failure = Object.assign(new Error('no thread', { cause: error }), { code: OUTAGE })
      for (const { reject } of group) reject(failure)
      onAllAnswered()
      return
    }
    thread.worker.ref() // An answer is owed: the process must not end before it.
    thread.asked.push(group)
    thread.worker.postMessage(group.map(({ request }) => request))
  }

  function take(answered: Thread, answer: WriterAnswer): void {
    const group = answered.asked.shift() ?? []
    group.forEach(({ resolve, reject }, index) => {
      if ('results' in answer) resolve(answer.results[index] === true)
      else reject(Object.assign(new Error(answer.message), { code: answer.code }))
    })
    if (answered.asked.length > 0) return
    answered.worker.unref()
    onAllAnswered()
  }

  function startThread(): Thread {
    const worker = new Worker(program, {
      workerData: path,
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    })
    const started: Thread = { worker, asked: [] }
    worker.on('message', (answers: readonly WriterAnswer[]) => {
      for (const answer of answers) take(started, answer)
    })
    worker.on('error', () => {}) // Its end says the same.
    worker.once('exit', () => {
      thread = undefined // The next group gets a new one.
      const message = 'the thread that stores events ended; it starts again'
      while (started.asked.length > 0) take(started, { message, code: OUTAGE })
    })
    return started
  }

  return {
    store: (request) =>
      new Promise((resolve, reject) => {
        waiting.push({ request, resolve, reject })
        if (waiting.length === 1) setImmediate(handOver)
      }),
    // After the commits that are under way.
    close: () =>
      takeTurn(async () => {
        await thread?.worker.terminate()
      }),
  }
}
