// The simulated calendar: when things happen to a window, in working hours of a place with summer time.

const DAY_MS = 86_400_000
const ZONE = 'Europe/Zurich'

/** Days after the start at which what is signed falls into the next wave: key rotation and move lie between. */
export const waveStarts: readonly number[] = [0, 75, 110]

/** The last day on which anything is signed, after the start. */
export const CALENDAR_DAYS = 330

const FIRST_WINDOW_DAY = 21
const PRODUCTION_DAYS = 120
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2

/**
 * The day on which a window is put together. Windows are spread over the months by the golden ratio, so that any number of
 * them covers all waves and a larger data set never moves a window of a smaller one.
 */
export function productionDay(start: Date, window: number): Date {
  const share = (window * GOLDEN_RATIO) % 1
  return onWorkday(addDays(start, FIRST_WINDOW_DAY + Math.floor(share * PRODUCTION_DAYS)))
}

export function addDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * DAY_MS)
}

/** So many working days later, or earlier: two different numbers are two different days. */
export function addWorkdays(date: Date, days: number): Date {
  const step = Math.sign(days)
  let day = onWorkday(date)
  for (let left = Math.abs(days); left > 0; ) {
    day = addDays(day, step)
    if (!isWeekend(day)) left -= 1
  }
  return day
}

/** The same or the next working day, at this time of day (UTC). */
export function at(date: Date, hours: number, minutes: number): Date {
  const day = onWorkday(date)
  return new Date(
    Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), hours, minutes),
  )
}

/** The wave in which something that is signed at `time` is posted, from 1. */
export function waveOf(start: Date, time: Date): number {
  return waveStarts.filter((day) => time >= addDays(start, day)).length
}

/** The local offset from UTC there and then: `+01:00`. */
export function offsetAt(time: Date): string {
  const day = Math.floor(time.getTime() / DAY_MS)
  const known = offsets.get(day)
  if (known !== undefined) return known
  const name = formatter.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value
  const offset = name?.replace('GMT', '') || '+00:00'
  offsets.set(day, offset)
  return offset
}

const formatter = new Intl.DateTimeFormat('en', { timeZone: ZONE, timeZoneName: 'longOffset' })
const offsets = new Map<number, string>() // Bounded by the calendar's days; nothing happens at night, when clocks change.

function isWeekend(date: Date): boolean {
  return date.getUTCDay() % 6 === 0
}

function onWorkday(date: Date): Date {
  const weekday = date.getUTCDay()
  if (weekday === 6) return addDays(date, 2)
  return weekday === 0 ? addDays(date, 1) : date
}
