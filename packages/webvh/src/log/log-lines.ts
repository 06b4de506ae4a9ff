// Cuts `did.jsonl` into lines. Bytes are decoded line by line: one bad line leaves those before it readable.
import { DppError, decodeUtf8 } from '@dpp/core'
import type { Limits } from './limits.ts'

/** A line without its line feed, still undecoded where the log came as bytes. */
export type RawLine = string | Uint8Array

/**
 * The lines of a log. The last one may lack its line feed; an empty line is a line (and no entry).
 * @throws ERR_DPP_LOG_LIMIT
 */
export function splitLines(log: Uint8Array | string, { maxBytes, maxEntries }: Limits): RawLine[] {
  if (log.length > maxBytes)
    throw new DppError('ERR_DPP_LOG_LIMIT', `the log is larger than ${maxBytes} bytes`)
  const lines = cut(log, maxEntries + 1) // A file of line feeds must not become millions of lines first.
  if (lines.length > maxEntries) {
    throw new DppError('ERR_DPP_LOG_LIMIT', `the log has more than ${maxEntries} lines`)
  }
  return lines
}

/**
 * The text of a line.
 * @throws ERR_DPP_LOG_SYNTAX
 */
export function lineText(line: RawLine): string {
  if (typeof line === 'string') return line
  try {
    return decodeUtf8(line)
  } catch (cause) {
    throw new DppError('ERR_DPP_LOG_SYNTAX', 'the log entry is not UTF-8', { cause })
  }
}

function cut(log: Uint8Array | string, most: number): RawLine[] {
  const lines: RawLine[] = []
  for (let start = 0; start < log.length && lines.length < most; ) {
    const found = typeof log === 'string' ? log.indexOf('\n', start) : log.indexOf(0x0a, start)
    const end = found < 0 ? log.length : found
    lines.push(typeof log === 'string' ? log.slice(start, end) : log.subarray(start, end))
    start = end + 1
  }
  return lines
}
