// A list of events, `{"events":[…]}`, cut into the bytes of each. The list as a whole is never decoded: a text of hundreds of
// kilobytes costs more than all the events in it, and one that is malformed would spoil the others.
import { parseStrict } from '@dpp/core'
import { MAX_EVENTS_PER_REQUEST } from '../service-description.ts'
import { MAX_BODY_BYTES } from './hardening.ts'
import { httpError } from './problem.ts'

const LIST_START = /^[\t\n\r ]*\{[\t\n\r ]*"events"[\t\n\r ]*(:[\t\n\r ]*\[)?/

/**
 * The bytes of each element of `{"events":[…]}`, not looked into; undefined for a body that is one event. An event has no member
 * "events", so that the first member's name tells the two apart.
 *
 * @throws ERR_DPP_HTTP_SCHEMA for other members, no elements or too many of them; ERR_DPP_JSON_… for what is no JSON
 */
export function eventList(body: Uint8Array): readonly Uint8Array[] | undefined {
  const match = LIST_START.exec(new TextDecoder().decode(body.subarray(0, 64)))
  if (match === null) return undefined
  const elements = match[1] === undefined ? undefined : cutElements(body, match[0].length)
  const isRight = elements !== undefined && elements.length > 0
  if (isRight && elements.length <= MAX_EVENTS_PER_REQUEST) return elements
  // Says what is wrong with it as JSON, where that is the fault.
  if (elements === undefined) parseStrict(body, { maxBytes: MAX_BODY_BYTES })
  throw httpError(
    'ERR_DPP_HTTP_SCHEMA',
    `the body is not {"events":[…]} with 1 to ${MAX_EVENTS_PER_REQUEST} events`,
  )
}

/**
 * Cuts at the commas that stand in no brackets and no string. Whoever parses the elements finds what is wrong inside them.
 * Undefined unless `]}` ends the body.
 */
function cutElements(body: Uint8Array, from: number): readonly Uint8Array[] | undefined {
  const elements: Uint8Array[] = []
  let depth = 0
  let start = from
  for (let i = from; i < body.length; i++) {
    const byte = body[i]
    if (byte === QUOTE) i = endOfString(body, i)
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) depth++
    else if ((byte === CLOSE_BRACKET || byte === CLOSE_BRACE) && depth > 0) depth--
    else if (byte === COMMA && depth === 0) {
      elements.push(trimmed(body.subarray(start, i)))
      if (elements.length > MAX_EVENTS_PER_REQUEST) return elements
      start = i + 1
    } else if (byte === CLOSE_BRACKET) {
      const last = trimmed(body.subarray(start, i))
      if (last.length > 0 || elements.length > 0) elements.push(last)
      const rest = trimmed(body.subarray(i + 1))
      const isEnd = rest.length === 1 && rest[0] === CLOSE_BRACE
      return isEnd && elements.every(({ length }) => length > 0) ? elements : undefined
    }
  }
  return undefined
}

/** The index of the quote that ends the string which begins at `start`, or of the body's end. */
function endOfString(body: Uint8Array, start: number): number {
  let i = start + 1
  while (i < body.length && body[i] !== QUOTE) i += body[i] === BACKSLASH ? 2 : 1
  return i
}

/** Without the blanks of JSON around it: what is left may be canonical. */
function trimmed(bytes: Uint8Array): Uint8Array {
  let start = 0
  let end = bytes.length
  while (start < end && isBlank(bytes[start])) start++
  while (end > start && isBlank(bytes[end - 1])) end--
  return bytes.subarray(start, end)
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
