// Threads that verify signatures. Handing each check to libuv costs the main thread a third of the check itself; here
// many cross in one message, and a thread does them without a pause.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type SignatureCheck, verifyEd25519Many } from '@dpp/core'
import { isPackable, packChecks } from './verify-checks.ts'

export type VerifyPool = {
  /** Whether each signature holds, in the checks' order. */
  verify(checks: readonly SignatureCheck[]): Promise<boolean[]>
  close(): Promise<void>
}

type Waiting = {
  readonly check: SignatureCheck
  readonly resolve: (isValid: boolean) => void
  readonly reject: (error: unknown) => void
}

type Thread = {
  readonly worker: Worker
  /** What it works on. */
  taken: readonly Waiting[]
}

// Beside this file in the sources; below the bundle in the package.
const program = import.meta.url.endsWith('.ts')
  ? new URL('./verify-thread.ts', import.meta.url)
  : new URL('./ingest/verify-thread.js', import.meta.url)

const MAX_THREADS = 8
const CHECKS_PER_MESSAGE = 32 // About 3 ms of work: short enough that no request waits long for another.

/** Makes the pool: one thread for each core but the main thread's. They start with the first check. */
export function createVerifyPool(): VerifyPool {
  const most = Math.min(MAX_THREADS, Math.max(1, availableParallelism() - 1))
  let queue: Waiting[] = []
  let isBroken = false
  const idle: Thread[] = []
  const threads = new Set<Thread>()

  function pump(): void {
    while (queue.length > 0 && !isBroken) {
      const thread = idle.pop() ?? (threads.size < most ? startThread() : undefined)
      if (thread === undefined) return
      const share = Math.ceil(queue.length / most)
      give(thread, queue.splice(0, Math.min(CHECKS_PER_MESSAGE, share)))
    }
    if (isBroken) verifyHere(queue.splice(0))
  }

  function give(thread: Thread, taken: readonly Waiting[]): void {
    thread.taken = taken
    // Copied: to hand a small buffer over costs more than its bytes.
    thread.worker.postMessage(packChecks(taken.map(({ check }) => check)))
  }

  function startThread(): Thread {
    const worker = new Worker(program, { resourceLimits: { maxYoungGenerationSizeMb: 8 } })
    const thread: Thread = { worker, taken: [] }
    threads.add(thread)
    worker.unref() // The connection of whoever waits keeps the process alive.
    worker.on('message', (valid: Uint8Array) => {
      const { taken } = thread
      thread.taken = []
      idle.push(thread)
      pump()
      taken.forEach(({ resolve }, index) => {
        resolve(valid[index] === 1)
      })
    })
    worker.on('error', () => {}) // Its end says the same.
    worker.once('exit', () => {
      threads.delete(thread)
      isBroken = true // Never again: this process can do the same, only slower.
      verifyHere(thread.taken)
      pump()
    })
    return thread
  }

  return {
    verify: (checks) => {
      if (!checks.every(isPackable)) return verifyEd25519Many(checks)
      const results = checks.map(
        (check) =>
          new Promise<boolean>((resolve, reject) => {
            queue.push({ check, resolve, reject })
          }),
      )
      pump()
      return Promise.all(results)
    },
    close: async () => {
      await Promise.all([...threads].map(({ worker }) => worker.terminate()))
      queue = []
    },
  }
}

// A failure to look is not a forgery: without its threads the service verifies on libuv's.
function verifyHere(taken: readonly Waiting[]): void {
  verifyEd25519Many(taken.map(({ check }) => check)).then(
    (valid) => {
      taken.forEach(({ resolve }, index) => {
        resolve(valid[index] === true)
      })
    },
    (error: unknown) => {
      for (const { reject } of taken) reject(error)
    },
  )
}
