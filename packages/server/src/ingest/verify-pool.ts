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
  const idle: Worker[] = []
  const threads = new Set<Worker>()

  function pump(): void {
    while (queue.length > 0 && !isBroken) {
      const thread = idle.pop() ?? (threads.size < most ? startThread() : undefined)
      if (thread === undefined) return
      const share = Math.ceil(queue.length / most)
      give(thread, queue.splice(0, Math.min(CHECKS_PER_MESSAGE, share)))
    }
    if (isBroken) verifyHere(queue.splice(0))
  }

  function give(thread: Worker, taken: readonly Waiting[]): void {
    function onAnswer(valid: Uint8Array): void {
      thread.off('exit', onExit)
      idle.push(thread)
      pump()
      taken.forEach(({ resolve }, index) => {
        resolve(valid[index] === 1)
      })
    }
    function onExit(): void {
      thread.off('message', onAnswer)
      verifyHere(taken)
      pump()
    }
    thread.once('message', onAnswer)
    thread.once('exit', onExit)
    const packed = packChecks(taken.map(({ check }) => check))
    thread.postMessage(packed, [packed.buffer])
  }

  function startThread(): Worker {
    const thread = new Worker(program)
    thread.setMaxListeners(20)
    threads.add(thread)
    thread.unref() // The connection of whoever waits keeps the process alive.
    thread.on('error', () => {}) // Its end says the same.
    thread.once('exit', () => {
      threads.delete(thread)
      isBroken = true // Never again: this process can do the same, only slower.
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
      await Promise.all([...threads].map((thread) => thread.terminate()))
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
