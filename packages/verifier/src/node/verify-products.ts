// Many products on all cores: threads that each verify a share, and their verdicts in the order asked for.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { VerifyOptions } from '../context.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** What a module for {@link verifyProducts} exports: makes the options of a thread's verifications, once. */
export type ThreadSetup = {
  createOptions(data: unknown): VerifyOptions | Promise<VerifyOptions>
}

export type VerifyProductsOptions = {
  /**
   * A module that exports {@link ThreadSetup}. Every thread imports it, since sources and readers are functions and
   * cannot cross into another thread.
   */
  readonly setup: URL
  /** What `createOptions` is given: plain data. */
  readonly data?: unknown
  /** By default one for each core. */
  readonly threads?: number
}

// Beside this file in the sources; below the bundle in the package.
const program = import.meta.url.endsWith('.ts')
  ? new URL('./verify-thread.ts', import.meta.url)
  : new URL('./node/verify-thread.js', import.meta.url)

const SHARE = 16 // Products in one message: some 10 ms of work, and as many waits for a network at once.
const POSTED = 2 // Shares a thread holds, in work and next: the others go to whichever is free first, to the end.
const AHEAD = 8 // Shares per thread before the one that is waited for: threads are never all as fast.

/**
 * Verifies many products, each as `verifyProduct` does, and gives the verdicts in the order of `dids`.
 *
 * Reads on only as its verdicts are taken, so a list may be of any length. Ends its threads when it is done, left or
 * failed. For files on a disk read synchronously in `createOptions`' source: a thread has nothing else to do.
 *
 * @throws what `setup` throws, or an Error where a thread ends by itself.
 * @example
 * const setup = new URL('./my-options.js', import.meta.url) // export const createOptions = () => ({ policy, sources, readers })
 * for await (const verdict of verifyProducts(dids, { setup })) console.log(verdict.did, verdict.status)
 */
export async function* verifyProducts(
  dids: Iterable<string>,
  options: VerifyProductsOptions,
): AsyncGenerator<Verdict, void, undefined> {
  const threads = Array.from({ length: options.threads ?? availableParallelism() }, () =>
    startThread(options),
  )
  const queue: Share[] = []
  const feed = (): void => {
    for (const thread of threads) {
      while (thread.held.length < POSTED) {
        const share = queue.shift()
        if (share === undefined) return
        postShare(thread, share)
      }
    }
  }
  for (const { worker } of threads) worker.on('message', feed)
  const running: Promise<string>[] = []
  try {
    for (const share of cut(dids)) {
      if (running.length >= AHEAD * threads.length) yield* parseShare(await running.shift())
      const verdicts = new Promise<string>((resolve, reject) => {
        queue.push({ dids: share, resolve, reject })
      })
      verdicts.catch(() => {}) // Awaited later: until then a failure is nobody's.
      running.push(verdicts)
      feed()
    }
    for (const share of running) yield* parseShare(await share)
  } finally {
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
  }
}

type Share = {
  readonly dids: readonly string[]
  resolve(verdicts: string): void
  reject(error: Error): void
}
type Thread = { readonly worker: Worker; readonly held: Share[]; fault: Error | undefined }

function startThread({ setup, data }: VerifyProductsOptions): Thread {
  const worker = new Worker(program, { workerData: { setup: setup.href, data } })
  const thread: Thread = { worker, held: [], fault: undefined }
  const fail = (error: Error): void => {
    thread.fault ??= error
    for (const { reject } of thread.held.splice(0)) reject(thread.fault)
  }
  worker.on('message', (verdicts: string) => thread.held.shift()?.resolve(verdicts))
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('a verifying thread ended')))
  return thread
}

function postShare({ worker, held, fault }: Thread, share: Share): void {
  if (fault !== undefined) {
    share.reject(fault)
    return
  }
  held.push(share)
  worker.postMessage(share.dids)
}

// A verdict is plain JSON: as text it crosses at half the cost of a structured clone, and waits at less than as objects.
function parseShare(verdicts = '[]'): readonly Verdict[] {
  return JSON.parse(verdicts)
}

function* cut(dids: Iterable<string>): Generator<readonly string[]> {
  let share: string[] = []
  for (const did of dids) {
    if (share.push(did) < SHARE) continue
    yield share
    share = []
  }
  if (share.length > 0) yield share
}
