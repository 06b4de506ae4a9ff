// Times at the rim: RFC 3339 as XML Schema's dateTimeStamp narrows it (upper-case T and Z, a zone always there).
import { DppError } from '../errors.ts'

/**
 * Formats a time in UTC with whole seconds, rounding down: `2026-11-02T14:05:03Z`.
 *
 * @throws DppError `ERR_DPP_TIME_INVALID` for an invalid Date or a year beyond 0000–9999.
 */
export function formatTime(time: Date): string {
  const text = Number.isNaN(time.getTime()) ? '' : time.toISOString()
  if (text.length !== 24)
    throw new DppError('ERR_DPP_TIME_INVALID', 'not a time between the years 0 and 9999')
  return `${text.slice(0, 19)}Z`
}

/** Reads a time, or gives undefined for anything but an existing instant with a zone. Never throws. */
export function readTime(text: unknown): Date | undefined {
  if (typeof text !== 'string' || text.length > 40) return undefined
  if (!pattern.test(text) || !isDayOfMonth(text)) return undefined
  const time = new Date(text)
  return Number.isNaN(time.getTime()) ? undefined : time
}

/** Reads a time. @throws DppError `ERR_DPP_TIME_INVALID` */
export function parseTime(text: unknown): Date {
  const time = readTime(text)
  if (time === undefined) {
    throw new DppError(
      'ERR_DPP_TIME_INVALID',
      'not an RFC 3339 time with a zone, such as 2026-11-02T14:05:03Z',
    )
  }
  return time
}

/** Date accepts 30 February and makes it March: where a month could lack the day, see whether it comes back. */
function isDayOfMonth(text: string): boolean {
  const day = text.slice(0, 10)
  return day.slice(8) < '29' || new Date(day).toJSON()?.startsWith(day) === true
}

const pattern =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/
