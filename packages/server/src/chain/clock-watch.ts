// Compares the service's clock with the chain's. A clock that is wrong makes wrong entry times, and receipts that promise too
// early; nobody else would say so. It raises an alert and stops nothing.
import { createPublicClient, http } from 'viem'
import { errorCode, type Logger } from '../logger.ts'

/** The newest block, and when (by our clock) it was seen. */
export type Look = {
  readonly number: bigint
  readonly blockMs: number
  readonly seenMs: number
}

export type ClockWatch = {
  /** Seconds by which our clock is ahead of the chain's (negative: behind), as far as it is certain. */
  readonly offsetSeconds: () => number
  start(): void
  stop(): void
}

export type ClockWatchOptions = {
  readonly look: () => Promise<Look>
  readonly log: Logger
  readonly everyMs?: number
}

const TOLERANCE_SECONDS = 30
const EVERY_MS = 30_000
const TIMEOUT_MS = 5000

/**
 * The part of the difference between the clocks that the chain's pace does not explain.
 *
 * A block that appeared between two looks was made in that time: a timestamp before the first look or after the second is a
 * difference. While the chain stands still nothing can be said.
 */
export function clockOffsetSeconds(before: Look | undefined, now: Look): number {
  if (before === undefined || now.number <= before.number) return 0
  if (now.blockMs > now.seenMs) return (now.seenMs - now.blockMs) / 1000
  return Math.max(0, before.seenMs - now.blockMs) / 1000
}

/** Makes the watch; it looks every half a minute (or `everyMs`) once it is started. */
export function createClockWatch(options: ClockWatchOptions): ClockWatch {
  const { look, log, everyMs = EVERY_MS } = options
  let before: Look | undefined
  let offset = 0
  let timer: NodeJS.Timeout | undefined

  async function compare(): Promise<void> {
    const now = await look()
    if (before !== undefined && now.number === before.number) {
      before = now // It stood still until now: the next block is younger than this.
      return
    }
    offset = clockOffsetSeconds(before, now)
    before = now
    if (Math.abs(offset) <= TOLERANCE_SECONDS) return
    log.error(
      {
        event: 'chain.clock_differs',
        offsetSeconds: Math.round(offset),
        block: String(now.number),
      },
      "the service's clock differs from the chain's: check both",
    )
  }

  function tick(): void {
    compare().catch((error: unknown) => {
      before = undefined // A message could hold the URL, and that a key. How long nobody looked is unknown.
      log.debug(
        { event: 'chain.time_unknown', error: errorCode(error) },
        'the chain does not tell its time',
      )
    })
  }

  return {
    offsetSeconds: () => offset,
    start() {
      timer ??= setInterval(tick, everyMs)
      tick()
    },
    stop() {
      clearInterval(timer)
    },
  }
}

/** Looks at the head of a chain. */
export function createChainLook(rpcUrl: string, now: () => Date): () => Promise<Look> {
  const transport = http(rpcUrl, { timeout: TIMEOUT_MS, retryCount: 0 })
  const client = createPublicClient({ transport })
  return async () => {
    const { number, timestamp } = await client.getBlock({ blockTag: 'latest' })
    return { number, blockMs: Number(timestamp) * 1000, seenMs: now().getTime() }
  }
}
