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

type Group = {
  readonly checks: readonly SignatureCheck[]
  readonly resolve: (valid: boolean[] | Promise<boolean[]>) => void
}

type Thread = {
  readonly worker: Worker
  /** What it was asked, in the order in which it answers. It has the next group before the answer to the last is read. */
  readonly asked: Group[]
}

// Beside this file in the sources; below the bundle in the package.
const program = import.meta.url.endsWith('.ts')
  ? new URL('./verify-thread.ts', import.meta.url)
  : new URL('./ingest/verify-thread.js', import.meta.url)

const MAX_THREADS = 8

/** Makes the pool: one thread for each core but the main thread's. They start when there is work for them. */
export function createVerifyPool(): VerifyPool {
  const most = Math.min(MAX_THREADS, Math.max(1, availableParallelism() - 1))
  const threads: Thread[] = []
  let isBroken = false

  function startThread(): Thread {
    const worker = new Worker(program, { resourceLimits: { maxYoungGenerationSizeMb: 8 } })
    const thread: Thread = { worker, asked: [] }
    threads.push(thread)
    worker.unref() // The connection of whoever waits keeps the process alive.
    worker.on('message', (valid: Uint8Array) => {
      thread.asked.shift()?.resolve(Array.from(valid, (bit) => bit === 1))
    })
    worker.on('error', () => {}) // Its end says the same.
    worker.once('exit', () => {
      threads.splice(threads.indexOf(thread), 1)
      isBroken = true // Never again: this process can do the same, only slower.
      // A failure to look is not a forgery: without its threads the service verifies on libuv's.
      for (const { checks, resolve } of thread.asked) resolve(verifyEd25519Many(checks))
    })
    return thread
  }

  // Undefined where there is none, and the system gives none now.
  function leastBusy(): Thread | undefined {
    const [thread] = threads.toSorted((a, b) => a.asked.length - b.asked.length)
    const isEnough = thread !== undefined && (thread.asked.length === 0 || threads.length >= most)
    if (isEnough) return thread
    try {
      return startThread()
    } catch {
      return thread
    }
  }

  return {
    verify: async (checks) => {
      if (isBroken || !checks.every(isPackable)) return await verifyEd25519Many(checks)
      const thread = leastBusy()
      if (thread === undefined) return await verifyEd25519Many(checks)
      return await new Promise((resolve) => {
        thread.asked.push({ checks, resolve })
        // Copied: to hand a small buffer over costs more than its bytes.
        thread.worker.postMessage(packChecks(checks))
      })
    },
    close: async () => {
      await Promise.all(threads.map(({ worker }) => worker.terminate()))
    },
  }
}
