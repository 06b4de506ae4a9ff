// Puts together the verdict from what the steps established. Decides nothing but the status.
import { controllersOf, countEvents } from '../checks/check-events.ts'
import type { EntryState } from '../checks/timeline.ts'
import { ageSeconds, type Context, formatTime } from '../context.ts'
import type { VerifiedLog } from '../sources/read-log.ts'
import { finding } from './reasons.ts'
import {
  type Check,
  type EventCounts,
  type EventVerdict,
  statusOfChecks,
  type Verdict,
  type Warning,
} from './verdict.ts'

/** What the steps established; nothing where the log could not be verified. */
export type VerdictParts = {
  readonly log?: VerifiedLog
  readonly entries?: readonly EntryState[]
  readonly warnings?: readonly Warning[]
  readonly events?: readonly EventVerdict[]
  readonly eventCounts?: EventCounts
}

export function composeVerdict(
  did: string,
  checks: readonly Check[],
  { log, entries = [], warnings = [], events = [], eventCounts }: VerdictParts,
  { now, at }: Context,
): Verdict {
  const newest = entries.at(-1)
  const anchor = newest?.anchor ?? null
  const timeOnly = anchor !== null && !anchor.anchorerListed ? [finding('warning.time-only')] : []
  return {
    type: 'DppVerdict',
    version: 1,
    did: typeof did === 'string' ? did : '', // A caller without types may ask for anything.
    status: statusOfChecks(checks),
    checks,
    warnings: [...warnings, ...timeOnly],
    checkedAt: formatTime(now),
    product: log === undefined || newest === undefined ? null : describeProduct(log, newest),
    anchor,
    anchoredThrough: describeAnchored(entries, at),
    entries: entries.map(describeEntry(events)),
    events,
    eventCounts: eventCounts ?? countEvents(events),
  }
}

function describeProduct(
  { newest, scid }: VerifiedLog,
  { loggedTime }: EntryState,
): NonNullable<Verdict['product']> {
  const { versionId, document, parameters } = newest
  const also = document['alsoKnownAs']
  return {
    scid,
    versionId,
    versionTime: loggedTime,
    controller: controllersOf(newest),
    alsoKnownAs: Array.isArray(also) ? also.filter((each) => typeof each === 'string') : [],
    deactivated: parameters.deactivated,
  }
}

function describeAnchored(entries: readonly EntryState[], at: Date): Verdict['anchoredThrough'] {
  const last = entries.findLast(({ status }) => status === 'anchored')
  if (last?.anchor === undefined || last.anchoredTime === undefined) return null
  return {
    versionId: last.version.versionId,
    time: last.anchor.time,
    ageSeconds: ageSeconds(last.anchoredTime, at),
  }
}

function describeEntry(
  events: readonly EventVerdict[],
): (entry: EntryState) => Verdict['entries'][number] {
  const digests = new Map<string, string[]>()
  for (const { versionId, digest } of events) {
    const list = digests.get(versionId)
    if (list === undefined) digests.set(versionId, [digest])
    else list.push(digest)
  }
  return ({ version, loggedTime, status, finding: why, anchor }) => ({
    ...why,
    versionId: version.versionId,
    versionTime: loggedTime,
    status,
    anchor: anchor ?? null,
    eventDigests: digests.get(version.versionId) ?? [],
  })
}
