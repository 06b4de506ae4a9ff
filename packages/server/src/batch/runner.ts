// Runs the cycle: at an interval, on demand, and again and again while a batch is open. Sealing and anchoring have a lane
// each, so that a chain that does not answer never holds up a log. Only the holder of the lease runs anything.
import { DppError, isDppError } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'
import type { BatchBook } from '../journal/batch-port.ts'
import { describeError } from '../logger.ts'
import type { BatchContext } from './context.ts'
import { anchorOpenBatches, claimBatch, sealOpenBatches } from './cycle.ts'

export type BatchRunner = {
  /** Seals what waits now; resolves when its logs are out and its root is recorded, or its problem noted. @throws ERR_DPP_LEASE_LOST */
  runNow(): Promise<void>
  /** Runs `work` while no batch is being sealed. */
  betweenBatches<Result>(work: () => Promise<Result>): Promise<Result>
  /** Runs `work` in between the anchoring of open batches, as the one writer. @throws ERR_DPP_LEASE_LOST */
  besideAnchoring<Result>(work: (context: BatchContext) => Promise<Result>): Promise<Result>
  /** Takes the lease (or waits for it), continues open batches, and runs the timers. */
  start(): void
  /** Lets the steps under way end, stops the timers, gives the lease back. */
  stop(): Promise<void>
}

export type RunnerOptions = {
  /** Everything but the lease. */
  readonly context: Omit<BatchContext, 'book'>
  /** 0: on demand only. */
  readonly intervalMs: number
  /** Deliveries that start a batch. */
  readonly batchSize: number
  /** Age of a waiting event that starts a batch. 0: none. */
  readonly batchAgeMs: number
  readonly pollMs: number
}

export function createBatchRunner(options: RunnerOptions): BatchRunner {
  const { context, intervalMs, batchSize, batchAgeMs, pollMs } = options
  let lease: Promise<BatchBook | undefined> | undefined
  let isStopping = false
  const timers = new Set<NodeJS.Timeout>()
  const sealing = createLane()
  const anchoring = createLane()

  async function withLease(): Promise<BatchContext | undefined> {
    lease ??= acquire()
    const book = await lease.catch((error: unknown) => {
      lease = undefined
      throw error
    })
    if (book === undefined) lease = undefined // Held by another process: ask again the next time.
    return book === undefined || isStopping ? undefined : { ...context, book }
  }

  async function acquire(): Promise<BatchBook | undefined> {
    const book: BatchBook | undefined = await context.journal.acquireLease(() => {
      if (book !== undefined) inBackground(() => standBy(book))
    })
    if (book === undefined) return undefined
    context.metrics.leaseChanged('taken')
    context.log.info({ event: 'lease.taken' }, 'this process seals batches from now on')
    return book
  }

  async function whileHeld<Result>({ book }: BatchContext, work: Promise<Result>): Promise<Result> {
    try {
      return await work
    } catch (error) {
      if (isDppError(error) && error.code === 'ERR_DPP_LEASE_LOST') await standBy(book)
      throw error
    }
  }

  // Another process has taken over: the next poll asks for the lease again.
  async function standBy(book: BatchBook): Promise<void> {
    if ((await lease?.catch(() => undefined)) !== book) return // Noted already.
    lease = undefined
    context.metrics.leaseChanged('lost')
    context.log.warn({ event: 'lease.lost' }, 'another process seals batches: standing by')
    await book.release()
  }

  async function demandLease(): Promise<BatchContext> {
    const held = await withLease()
    if (held !== undefined) return held
    throw new DppError<ServerErrorCode>(
      'ERR_DPP_LEASE_LOST',
      isStopping ? 'the service is stopping' : 'another process seals batches',
    )
  }

  async function besideAnchoring<Result>(
    work: (context: BatchContext) => Promise<Result>,
  ): Promise<Result> {
    const held = await demandLease()
    return await whileHeld(
      held,
      anchoring.run(() => work(held)),
    )
  }

  async function runNow(): Promise<void> {
    const held = await demandLease()
    const sealed = sealing.run(async () => {
      await claimBatch(held)
      await sealOpenBatches(held)
    })
    await whileHeld(held, sealed)
    inBackground(poll)
  }

  // Whether enough waits, or waits long enough, for a batch before its hour.
  async function isDue(): Promise<boolean> {
    const { deliveries, oldest } = await context.journal.events.backlog()
    if (deliveries >= batchSize) return true
    if (batchAgeMs === 0 || oldest === undefined) return false
    return context.now().getTime() - oldest.getTime() >= batchAgeMs
  }

  // Continues what is open; also the first thing after a start.
  async function poll(): Promise<void> {
    const held = await withLease()
    if (held === undefined) return
    const work: Promise<void>[] = []
    if (!sealing.isBusy()) {
      work.push(
        sealing.run(async () => {
          if (await isDue()) await claimBatch(held)
          await sealOpenBatches(held)
        }),
      )
    }
    if (!anchoring.isBusy()) work.push(anchoring.run(() => anchorOpenBatches(held)))
    await Promise.all(work.map((each) => whileHeld(held, each)))
  }

  function inBackground(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      context.log.error(
        { event: 'batch.cycle_failed', error: describeError(error) },
        'the batch cycle stopped; it begins again',
      )
    })
  }

  function repeat(work: () => Promise<void>, everyMs: number): void {
    timers.add(setInterval(() => inBackground(work), everyMs))
  }

  function start(): void {
    inBackground(poll)
    repeat(poll, pollMs)
    if (intervalMs > 0) repeat(runNow, intervalMs)
  }

  async function stop(): Promise<void> {
    isStopping = true
    for (const timer of timers) clearInterval(timer)
    await Promise.all([sealing.idle(), anchoring.idle()])
    const book = await lease?.catch(() => undefined)
    if (book === undefined) return
    await book.release()
    context.metrics.leaseChanged('released')
    context.log.info({ event: 'lease.released' }, 'the lease is given back')
  }

  return { runNow, betweenBatches: sealing.run, besideAnchoring, start, stop }
}

type Lane = {
  /** Does the work after all that was given before it. */
  readonly run: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly isBusy: () => boolean
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<unknown>
}

function createLane(): Lane {
  let tail: Promise<unknown> = Promise.resolve()
  let waiting = 0
  function run<Result>(work: () => Promise<Result>): Promise<Result> {
    waiting += 1
    const result = tail.then(work).finally(() => {
      waiting -= 1
    })
    tail = result.catch(() => {}) // Whoever asked gets the failure; the next piece of work runs all the same.
    return result
  }
  return { run, isBusy: () => waiting > 0, idle: () => tail }
}
