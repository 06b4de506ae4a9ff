// The events check: every digest in the log, its content, and who signed it.
import { isDppError, type Json, type ParsedEvent } from '@dpp/core'
import { type LogVersion, type ProductEvent, parseEventsService, readEvents } from '@dpp/webvh'
import { type Context, formatTime } from '../context.ts'
import { type IssuerReader, isSameParty } from '../sources/issuer-log.ts'
import { type EventContent, fetchEvent } from '../sources/read-event.ts'
import type { VerifiedLog } from '../sources/read-log.ts'
import { ended, type Outcome } from '../verdict/reasons.ts'
import {
  type Association,
  type EventCounts,
  type EventVerdict,
  isWorse,
} from '../verdict/verdict.ts'
import { mapLimited } from './concurrency.ts'
import type { Surroundings } from './date-removal.ts'
import { describe } from './fault.ts'
import { type Judgement, judgeEvent } from './judge-event.ts'
import type { EntryState, StepResult } from './timeline.ts'

/** A digest of the log with what was served for it. */
export type LoggedEvent = { readonly logged: ProductEvent; readonly content: EventContent }

export type EventList = { readonly events: readonly ProductEvent[] } | Outcome<'invalid'>

/** Reads the digests that the log names; a count that does not add up is a contradiction. */
export function listEvents(versions: readonly LogVersion[]): EventList {
  try {
    return { events: readEvents(versions) }
  } catch (error) {
    if (!isDppError(error)) throw error
    return ended('invalid', 'events.list-broken', { cause: describe(error) })
  }
}

/** Fetches the content of every event, a few at a time, up to the limit. */
export async function fetchEvents(
  events: readonly ProductEvent[],
  log: VerifiedLog,
  defaultUrl: string,
  context: Context,
): Promise<LoggedEvent[]> {
  const { limits } = context
  const folder = eventFolder(log) ?? defaultUrl
  const limit = ended('indeterminate', 'event.limit', { limit: String(limits.maxEvents) })
  return mapLimited(events, limits.concurrency, async (logged, index) => {
    if (index >= limits.maxEvents) return { logged, content: limit }
    return {
      logged,
      content: await fetchEvent(`${folder}${logged.digest}.json`, logged.digest, log.did, context),
    }
  })
}

// The newest entry says where its events lie; only https, since a log may come from anybody.
function eventFolder({ newest }: VerifiedLog): string | undefined {
  const folder = parseEventsService(newest.document)?.serviceEndpoint
  return folder !== undefined && /^https:\/\/[^?#]+\/$/.test(folder) ? folder : undefined
}

export type JudgeOptions = {
  readonly log: VerifiedLog
  readonly entries: readonly EntryState[]
  readonly readIssuer: IssuerReader
  readonly surroundings: Surroundings
  readonly context: Context
}

/** Judges every event in its place; corrections are marked last, when all are known. */
export async function judgeEvents(
  events: readonly LoggedEvent[],
  options: JudgeOptions,
): Promise<{ result: StepResult; events: EventVerdict[]; counts: EventCounts }> {
  const { log, entries, readIssuer, surroundings, context } = options
  const judged = await mapLimited(
    events,
    context.limits.concurrency,
    async ({ logged, content }) => {
      const entry = entries[logged.versionNumber - 1]
      if (!('event' in content) || entry === undefined)
        return { logged, content, entry, judgement: undefined }
      const controllers = controllersOf(entry.version)
      const placed = { event: content.event, controllers, anchoredTime: entry.anchoredTime }
      return {
        logged,
        content,
        entry,
        judgement: await judgeEvent(placed, readIssuer, surroundings, context),
      }
    },
  )
  const corrections = findCorrections(judged, log)
  const verdicts = judged.map((each) => toVerdict(each, corrections))
  const counts = countEvents(verdicts)
  return { result: concludeEvents(judged, counts, context), events: verdicts, counts }
}

type Judged = {
  readonly logged: ProductEvent
  readonly content: EventContent
  readonly entry: EntryState | undefined
  readonly judgement: Judgement | undefined
}

function concludeEvents(
  judged: readonly Judged[],
  counts: EventCounts,
  { policy }: Context,
): StepResult {
  const total = String(judged.length)
  let worst: StepResult | undefined
  for (const { content, judgement } of judged) {
    const own = contentResult(content, judgement)
    // DESIGN §4: a third-party event never lowers the product.
    if (judgement?.standing === 'third-party') continue
    if (own.status !== 'passed' && (worst === undefined || isWorse(own.status, worst.status)))
      worst = own
  }
  if (worst !== undefined) return worst
  if (counts.withheld > 0) {
    const values = { withheld: String(counts.withheld), total }
    const status = policy.requireDisclosure ? 'indeterminate' : 'passed'
    return ended(status, 'events.not-disclosed', values)
  }
  if (judged.length === 0) return ended('passed', 'events.none')
  const verified = String(judged.length - counts.thirdParty)
  return ended('passed', 'events.verified', { verified, total })
}

function contentResult(content: EventContent, judgement: Judgement | undefined): StepResult {
  if (judgement !== undefined) return { status: judgement.status, finding: judgement.finding }
  if ('withheld' in content) return { status: 'passed', finding: content.withheld }
  if ('status' in content) return content
  return ended('indeterminate', 'event.entry-unproven')
}

function toVerdict(
  { logged, content, entry, judgement }: Judged,
  corrections: ReadonlyMap<string, string[]>,
): EventVerdict {
  const event = 'event' in content ? content.event : undefined
  const { status, finding: why } = withEntry(contentResult(content, judgement), entry)
  return {
    ...why,
    digest: logged.digest,
    status,
    versionId: logged.versionId,
    disclosed: !('withheld' in content),
    issuer: event?.issuer ?? null,
    standing: judgement?.standing ?? null,
    eventType: event?.type ?? null,
    products: event?.products ?? [],
    association: event === undefined ? null : associationOf(event),
    claimed:
      event === undefined
        ? null
        : {
            eventTime: formatTime(event.eventTime),
            validFrom: formatTime(event.validFrom),
            created: event.created === undefined ? null : formatTime(event.created),
          },
    loggedTime: entry?.loggedTime ?? '',
    anchoredTime: entry?.anchor?.time ?? null,
    corrects: event?.corrects ?? null,
    correctedBy: corrections.get(logged.digest) ?? [],
    warnings: judgement?.warnings ?? [],
  }
}

// EPCIS 2.0 §7.4.6: an AssociationEvent joins children to a parent (ADD) or takes them out (DELETE).
function associationOf({ event }: ParsedEvent): Association | null {
  const { type, action, parentID, childEPCs } = event.credentialSubject
  if (type !== 'AssociationEvent' || (action !== 'ADD' && action !== 'DELETE')) return null
  if (typeof parentID !== 'string' || !Array.isArray(childEPCs)) return null
  const children = (childEPCs as readonly Json[]).filter(
    (each): each is string => typeof each === 'string',
  )
  return { action, parent: parentID, children }
}

/** An event is worth as much as the worse of its content and of the entry that carries it. */
function withEntry(
  own: StepResult,
  entry: EntryState | undefined,
): Outcome<EventVerdict['status']> {
  const entryStatus = entry?.status ?? 'indeterminate'
  const ownStatus = own.status === 'passed' || own.status === 'skipped' ? 'anchored' : own.status
  const isEntryWorse = isWorse(toCheck(entryStatus), toCheck(ownStatus))
  if (!isEntryWorse) return { status: ownStatus, finding: own.finding }
  const values = { versionId: entry?.version.versionId ?? '' }
  if (entryStatus === 'pending') return ended('pending', 'event.not-anchored', values)
  const reason = entryStatus === 'invalid' ? 'event.entry-contradicted' : 'event.entry-unproven'
  return ended(entryStatus, reason, values)
}

function toCheck(
  status: EventVerdict['status'],
): 'passed' | 'pending' | 'indeterminate' | 'invalid' {
  return status === 'anchored' ? 'passed' : status
}

// DESIGN §3.1: a correction counts from the same issuer or the current controller; the original stays visible.
function findCorrections(
  judged: readonly Judged[],
  { newest }: VerifiedLog,
): Map<string, string[]> {
  const issuers = new Map<string, string>()
  for (const { logged, content } of judged) {
    if ('event' in content) issuers.set(logged.digest, content.event.issuer)
  }
  const controllers = controllersOf(newest)
  const corrections = new Map<string, string[]>()
  for (const { logged, content, judgement } of judged) {
    if (!('event' in content) || content.event.corrects === undefined) continue
    if (judgement?.status !== 'passed' && judgement?.status !== 'pending') continue
    const { corrects, issuer } = content.event
    const original = issuers.get(corrects)
    const isSameIssuer = original !== undefined && isSameParty(original, issuer)
    const mayCorrect = isSameIssuer || controllers.some((each) => isSameParty(each, issuer))
    if (mayCorrect) corrections.set(corrects, [...(corrections.get(corrects) ?? []), logged.digest])
  }
  return corrections
}

/** The controllers that a version's document names. */
export function controllersOf({ document }: Pick<LogVersion, 'document'>): string[] {
  const { controller } = document as { readonly controller?: Json }
  const list = Array.isArray(controller) ? (controller as readonly Json[]) : [controller]
  return list.filter((each): each is string => typeof each === 'string')
}

/** Counts per status, and across them. */
export function countEvents(events: readonly EventVerdict[]): EventCounts {
  const count = (test: (event: EventVerdict) => boolean): number => events.filter(test).length
  return {
    anchored: count(({ status }) => status === 'anchored'),
    pending: count(({ status }) => status === 'pending'),
    indeterminate: count(({ status }) => status === 'indeterminate'),
    invalid: count(({ status }) => status === 'invalid'),
    withheld: count(({ disclosed }) => !disclosed),
    thirdParty: count(({ standing }) => standing === 'third-party'),
    corrected: count(({ correctedBy }) => correctedBy.length > 0),
  }
}
