// `versionTime`: an ISO 8601 time in UTC. Fractions finer than a millisecond keep their order, which `Date` loses.
import { DppError, readTime } from '@dpp/core'

const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)$/

/** A parsed time: `key` sorts as text in the order of time, however fine the fraction. */
export type VersionTime = { readonly date: Date; readonly key: string }

/**
 * Parses a UTC time with an explicit `Z` or `+00:00` (did:webvh v1.0, Read step 4).
 *
 * Refuses local times, other zones, dates that do not exist, leap seconds, `24:00:00` and lower-case letters.
 * @throws ERR_DPP_LOG_TIME
 */
export function parseVersionTime(text: string): VersionTime {
  const [, seconds = '', fraction = ''] = pattern.exec(text) ?? []
  const date = readTime(`${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}Z`)
  if (date === undefined) {
    throw new DppError(
      'ERR_DPP_LOG_TIME',
      'versionTime is not an ISO 8601 time in UTC with an explicit Z',
    )
  }
  return { date, key: `${seconds}.${fraction.padEnd(9, '0')}` }
}

/** Writes a time as this package does: whole seconds, UTC, `Z`. A fraction of a second is dropped. */
export function formatVersionTime(date: Date): string {
  if (Number.isNaN(date.getTime()))
    throw new DppError('ERR_DPP_LOG_TIME', 'the time is not a valid Date')
  const text = `${date.toISOString().slice(0, -5)}Z`
  parseVersionTime(text) // Refuses years outside 0000..9999.
  return text
}

/** The first whole second that is not before `now` and strictly after the head's `versionTime`. */
export function nextVersionTime(head: { readonly versionTime: Date }, now: Date): Date {
  const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)
  return new Date(Math.max(seconds(now), seconds(head.versionTime) + 1) * 1000)
}
