// The verification of one signed event that the caller holds: is it in its product's log, and that entry anchored?
import { isDppError, type JsonObject, type ParsedEvent } from '@dpp/core'
import type { LoggedEvent } from './checks/check-events.ts'
import { checkReceipt } from './checks/check-receipt.ts'
import { faultOf } from './checks/fault.ts'
import type { StepResult } from './checks/timeline.ts'
import { type Context, openContext, type VerifyOptions } from './context.ts'
import { createIssuerReader } from './sources/issuer-log.ts'
import { layoutOf } from './sources/layout.ts'
import { holdAgainst, parseWithin } from './sources/read-event.ts'
import { composeVerdict } from './verdict/compose-verdict.ts'
import { ended, finding } from './verdict/reasons.ts'
import {
  type Check,
  type CheckName,
  checkNames,
  statusOfChecks,
  type Verdict,
} from './verdict/verdict.ts'
import { type EventLoader, runVerification } from './verify-product.ts'

/** The options of a verification, and what the caller knows about the event. */
export type VerifyEventOptions = VerifyOptions & {
  /** The product in whose log the event is looked for; by default the first that it names. */
  readonly product?: string
  /** The service's receipt, as JSON value: turns "not in the log yet" from `indeterminate` into `pending`. */
  readonly receipt?: unknown
}

/**
 * Verifies one event: its bytes (or its JSON), the log of a product that it names, and the anchor of the entry that
 * carries it.
 *
 * The verdict is about this event: `inclusion` and `anchor` speak of the entry that carries it, which is
 * anchored with itself or with any later entry. Its content is taken from the caller and never fetched.
 * Never throws, whatever the event is.
 */
export async function verifyEvent(
  event: Uint8Array | string | JsonObject,
  options: VerifyEventOptions,
): Promise<Verdict> {
  const context = openContext(options)
  try {
    return await locateEvent(event, options, context)
  } finally {
    context.close()
  }
}

async function locateEvent(
  given: Uint8Array | string | JsonObject,
  { product, receipt, onStep }: VerifyEventOptions,
  context: Context,
): Promise<Verdict> {
  const read = readGivenEvent(given, context)
  if ('fault' in read) return refuse(product ?? '', read.fault, context)
  const { event } = read
  const did = product ?? event.products[0] ?? ''
  const verdict = await runVerification(did, context, onStep, giveEvent(event))
  const [own] = verdict.events
  if (own !== undefined) return focus(verdict)
  // Only a log that was read in whole can lack an event.
  const isLacking = verdict.checks.every(
    ({ check, status }) => (check !== 'log' && check !== 'events') || status === 'passed',
  )
  if (!isLacking) return verdict
  return replaceChecks(verdict, {
    events: await explainLack(did, event.digest, receipt, context),
  })
}

function readGivenEvent(
  given: Uint8Array | string | JsonObject,
  context: Context,
): { readonly event: ParsedEvent } | { readonly fault: StepResult } {
  try {
    return { event: parseWithin(given, context) }
  } catch (error) {
    if (!isDppError(error)) throw error
    const { fault, cause } = faultOf(error)
    const reason = `event.${fault}` as const
    const status = fault === 'broken' ? 'invalid' : 'indeterminate'
    return { fault: ended(status, reason, { cause }) }
  }
}

function giveEvent(event: ParsedEvent): EventLoader {
  return async (events, log): Promise<LoggedEvent[]> => {
    const logged = events.find(({ digest }) => digest === event.digest)
    return logged === undefined
      ? []
      : [{ logged, content: holdAgainst(event, logged.digest, log.did) }]
  }
}

/** Narrows a product's verdict to its only event: what waits or is unknown about other entries does not count. */
function focus(verdict: Verdict): Verdict {
  const [event] = verdict.events
  const entry = verdict.entries.find(({ versionId }) => versionId === event?.versionId)
  if (entry?.status !== 'anchored' || entry.anchor === null) return verdict
  const { versionId, reason, values, text } = entry
  const { root } = entry.anchor
  const isOpen = (name: CheckName): boolean =>
    verdict.checks.some(
      ({ check, status }) => check === name && (status === 'pending' || status === 'indeterminate'),
    )
  const narrowed = replaceChecks(verdict, {
    ...(isOpen('inclusion')
      ? {
          inclusion: ended('passed', 'inclusion.proven', { versionId, root }),
        }
      : {}),
    ...(isOpen('anchor')
      ? { anchor: { status: 'passed', finding: { reason, values, text } } }
      : {}),
  })
  return { ...narrowed, anchor: entry.anchor }
}

async function explainLack(
  did: string,
  digest: string,
  receipt: unknown,
  context: Context,
): Promise<StepResult> {
  const layout = layoutOf(did)
  if (receipt === undefined || layout === undefined) {
    return ended('indeterminate', 'event.not-in-log', { digest })
  }
  return checkReceipt(
    receipt,
    { did, digest },
    createIssuerReader(layout.mirrorBase, context),
    context,
  )
}

function replaceChecks(
  verdict: Verdict,
  results: { readonly [Name in CheckName]?: StepResult },
): Verdict {
  const checks = verdict.checks.map((check): Check => {
    const result = results[check.check]
    return result === undefined
      ? check
      : { check: check.check, status: result.status, ...result.finding }
  })
  return { ...verdict, checks, status: statusOfChecks(checks) }
}

function refuse(did: string, fault: StepResult, context: Context): Verdict {
  const skipped = finding('check.depends')
  const checks = checkNames.map(
    (check): Check =>
      check === 'events'
        ? { check, status: fault.status, ...fault.finding }
        : { check, status: 'skipped', ...skipped },
  )
  return composeVerdict(did, checks, {}, context)
}
