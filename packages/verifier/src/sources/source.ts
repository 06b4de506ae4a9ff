// The port through which a verification reads files: the web, memory, a folder, a pack.
import type { Waiter } from './deadlines.ts'

/** Why a file could not be read; shown in the verdict, never taken for tampering. */
export type OutageCause =
  | 'timeout'
  | 'network'
  | 'status'
  | 'redirect'
  | 'too-large'
  | 'aborted'
  | 'failed'

/**
 * What a source says about one URL.
 *
 * `absent` is positive knowledge (404, 410), `withheld` a refusal (401, 403). Everything else that gives
 * no bytes is `unreachable`: nothing follows from it.
 */
export type Reading =
  | { readonly status: 'found'; readonly body: Uint8Array }
  | { readonly status: 'absent'; readonly detail: string }
  | { readonly status: 'withheld'; readonly detail: string }
  | { readonly status: 'unreachable'; readonly cause: OutageCause; readonly detail: string }

/** Bounds of one read. */
export type ReadOptions = {
  /** More bytes than this are not read: `unreachable`, `too-large`. */
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Past every cache: what was read before was older than other evidence. */
  readonly fresh?: boolean
}

/** A place to read evidence from. URLs are the public ones (docs/spec/urls.md), wherever the bytes lie. */
export type EvidenceSource = {
  /** Reads one file. What it throws is taken for an outage, never for absence. */
  read(url: string, options: ReadOptions): Promise<Reading>
}

/** Reads one file with its own limit; a source that throws, hangs or breaks the contract is an outage. */
export type FileReader = (
  url: string,
  maxBytes: number,
  options?: { readonly fresh?: boolean },
) => Promise<Reading>

/**
 * Makes one guarded reader of several sources: the first that has the file wins.
 *
 * A file is absent only when every source says so: while one of them is out, nothing is known.
 */
export function createFileReader(
  sources: readonly EvidenceSource[],
  {
    timeoutMs,
    maxTotalBytes,
    wait,
  }: { readonly timeoutMs: number; readonly maxTotalBytes: number; readonly wait: Waiter },
): FileReader {
  let left = maxTotalBytes
  return async (url, maxBytes, { fresh = false } = {}) => {
    // A log can name thousands of issuers and events: what each may cost alone, all may not cost together.
    if (left <= 0) return tooLarge(maxTotalBytes)
    let answer: Reading = { status: 'absent', detail: 'no source has it' }
    for (const source of sources) {
      const reading = await readGuarded(source, url, { maxBytes, timeoutMs, wait, fresh })
      if (reading.status === 'found') {
        left -= reading.body.length
        return reading
      }
      if (isWorseReading(reading, answer)) answer = reading
    }
    return answer
  }
}

type GuardOptions = {
  readonly maxBytes: number
  readonly timeoutMs: number
  readonly wait: Waiter
  readonly fresh: boolean
}

async function readGuarded(
  source: EvidenceSource,
  url: string,
  { maxBytes, timeoutMs, wait, fresh }: GuardOptions,
): Promise<Reading> {
  try {
    const reading = await wait(timeoutMs, (controller) =>
      source.read(url, {
        maxBytes,
        fresh,
        get signal() {
          return controller.signal
        },
      }),
    )
    if (reading.status === 'found') {
      return reading.body.length > maxBytes ? tooLarge(maxBytes) : reading
    }
    // A source of somebody else's that answers anything but these has not said that the file is absent.
    if (RANK.includes(reading.status)) return reading
    return { status: 'unreachable', cause: 'failed', detail: 'the source broke its contract' }
  } catch (error) {
    return { status: 'unreachable', ...outageOf(error) }
  }
}

/** The answer for a file that is larger than allowed. */
export function tooLarge(maxBytes: number): Reading {
  return { status: 'unreachable', cause: 'too-large', detail: `more than ${maxBytes} bytes` }
}

/** Names an exception of a network call. */
export function outageOf(error: unknown): { cause: OutageCause; detail: string } {
  const name = error instanceof Error || error instanceof DOMException ? error.name : ''
  const message = error instanceof Error ? error.message : String(error)
  if (name === 'TimeoutError') return { cause: 'timeout', detail: message }
  if (name === 'AbortError') return { cause: 'aborted', detail: message }
  // The fetch standard's only word for a failed connection, a refused redirect and a CORS failure.
  if (name === 'TypeError') return { cause: 'network', detail: message }
  return { cause: 'failed', detail: message }
}

const RANK = ['absent', 'withheld', 'unreachable'] as const

function isWorseReading(a: Reading, b: Reading): boolean {
  return (
    RANK.indexOf(a.status as (typeof RANK)[number]) >
    RANK.indexOf(b.status as (typeof RANK)[number])
  )
}
