// Events as NDJSON: one event a line in, one result a line out, while the request is still being read. Memory holds a few
// hundred lines at most, whatever the length of the stream.
import type { EventOutcome } from '../ingest/ingest.ts'
import { httpError, toProblem } from './problem.ts'

export const NDJSON = 'application/x-ndjson'

export type LineLimits = {
  readonly maxLineBytes: number
  readonly maxLines: number
  /** Lines that are given on together, and bytes of them unless one line alone has more. */
  readonly maxGroup: number
  readonly maxGroupBytes: number
}

const LINE_FEED = 10

/**
 * Cuts a stream of bytes into groups of lines, each group as soon as its bytes are there. Empty lines are left out.
 *
 * @throws ERR_DPP_HTTP_TOO_LARGE
 */
export async function* lineGroups(
  stream: AsyncIterable<Uint8Array>,
  { maxLineBytes, maxLines, maxGroup, maxGroupBytes }: LineLimits,
): AsyncGenerator<readonly Uint8Array[]> {
  let rest: Buffer = Buffer.alloc(0)
  let lines = 0
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    let start = 0
    let group: Uint8Array[] = []
    let groupBytes = 0
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      if (group.length === maxGroup || groupBytes + end - start > maxGroupBytes) {
        if (group.length > 0) yield group
        group = []
        groupBytes = 0
      }
      add(group, bytes.subarray(start, end))
      groupBytes += end - start
      start = end + 1
    }
    rest = bytes.subarray(start)
    if (rest.length > maxLineBytes) throw tooLong()
    if (group.length > 0) yield group
  }
  const last: Uint8Array[] = []
  add(last, rest)
  if (last.length > 0) yield last

  function add(group: Uint8Array[], line: Buffer): void {
    const text = line.at(-1) === 13 ? line.subarray(0, -1) : line // A client may end its lines with CR LF.
    if (text.length === 0) return
    if (text.length > maxLineBytes) throw tooLong()
    lines += 1
    if (lines > maxLines) {
      throw httpError('ERR_DPP_HTTP_TOO_LARGE', `a stream has at most ${maxLines} events`)
    }
    group.push(text)
  }
}

/**
 * The answer to a stream, line by line: a result per event in order, `{"digest","status","receipt"}` or
 * `{"status","code","detail"}`, and before the first result that points to it each receipt, `{"receipt":{…}}`, counted from 0.
 *
 * A failure in the middle is the last line, a problem; events after the last result were not taken.
 */
export async function* resultLines(
  groups: AsyncIterable<readonly Uint8Array[]>,
  take: (lines: readonly Uint8Array[]) => Promise<readonly EventOutcome[]>,
  onFailure: (error: unknown) => void,
): AsyncGenerator<string> {
  let receipts = 0
  try {
    for await (const group of groups) {
      const numbers = new Map<string, number>() // Of this group alone: a stream has no end to remember them to.
      let text = ''
      for (const outcome of await take(group)) {
        if (outcome.kind !== 'refused' && !numbers.has(outcome.receipt)) {
          numbers.set(outcome.receipt, receipts++)
          text += `{"receipt":${outcome.receipt}}\n`
        }
        text += `${JSON.stringify(resultOf(outcome, numbers))}\n`
      }
      yield text
    }
  } catch (error) {
    onFailure(error)
    const { status, code, detail } = toProblem(error)
    yield `${JSON.stringify({ status, code, detail, isLast: true })}\n`
  }
}

function resultOf(outcome: EventOutcome, numbers: ReadonlyMap<string, number>): object {
  if (outcome.kind !== 'refused') {
    const { kind, digest, receipt } = outcome
    return { digest, status: kind === 'stored' ? 201 : 200, receipt: numbers.get(receipt) }
  }
  const { status, code, detail } = toProblem(outcome.error)
  return { status, ...(outcome.digest ? { digest: outcome.digest } : {}), code, detail }
}

function tooLong(): Error {
  return httpError('ERR_DPP_HTTP_TOO_LARGE', 'a line is too long')
}
