// How times, sizes, identifiers and statuses are written on the page.
import type { CheckName, CheckStatus, VerdictStatus } from '@dpp/verifier'
import type { IconName } from './icon.tsx'

/** The word and the icon of each status; the colour comes from the style sheet by the same name. */
export const statusWords: Readonly<Record<VerdictStatus, { word: string; icon: IconName }>> = {
  anchored: { word: 'Anchored', icon: 'check' },
  pending: { word: 'Pending', icon: 'clock' },
  indeterminate: { word: 'Unknown', icon: 'question' },
  invalid: { word: 'Invalid', icon: 'cross' },
}

/** A check's status in terms of a verdict's. */
export function asVerdict(status: CheckStatus): VerdictStatus | 'skipped' {
  return status === 'passed' ? 'anchored' : status
}

/** What each step of the check does. */
export const checkWords: Readonly<Record<CheckName, { title: string; about: string }>> = {
  log: { title: 'Log', about: 'Every entry is signed by a key that the entry before allowed' },
  events: { title: 'Events', about: 'Each is in the log, unchanged, signed by its issuer' },
  inclusion: { title: 'Inclusion', about: 'The newest entry is a leaf of the Merkle tree' },
  anchor: { title: 'Anchor', about: 'The chain holds the root of that tree, finally' },
}

const dateTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
})

/** A time for people, in their own zone; the text itself where it is no time. */
export function formatWhen(time: string | Date): string {
  const date = typeof time === 'string' ? new Date(time) : time
  return Number.isNaN(date.getTime()) ? String(time) : dateTime.format(date)
}

/** A finding's sentence for people: its times in their zone, versions by number alone, without codes for machines. */
export function humanize(sentence: string): string {
  return sentence
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) => formatWhen(time))
    .replace(/\b([1-9]\d*)-Qm\w{44}/g, '$1')
    .replace(/\bERR_DPP_[A-Z_]+: /g, '')
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** A length of time, in one unit. */
export function formatAge(seconds: number): string {
  const [unit, length] = units.find(([, size]) => seconds >= size) ?? ['second', 1]
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.round(seconds / length),
  )
}

const count = new Intl.NumberFormat('en')

export function formatCount(value: number | bigint): string {
  return count.format(value)
}

export function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`
}

/** `0x1234…cdef`: the ends of a long name. */
export function shorten(text: string, ends = 8): string {
  return text.length <= 2 * ends + 3 ? text : `${text.slice(0, ends + 2)}…${text.slice(-ends)}`
}

/** The host in a did:webvh, the whole for anything else. */
export function hostOfDid(did: string): string {
  const [, method, , host] = did.split(':')
  return method === 'webvh' && host !== undefined ? decodeURIComponentSafely(host) : did
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `1 event`, `2 events`. */
export function plural(number: number, one: string, many = `${one}s`): string {
  return `${formatCount(number)} ${number === 1 ? one : many}`
}
