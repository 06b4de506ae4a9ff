// Step 1 of the cycle: from posted JSON to a durable event and a signed receipt. Cheap checks come before costly ones,
// nothing is stored that was not verified, and no answer promises what is not durable.
import { canonicalize, createReceipt, DppError, type ParsedEvent, type Signer } from '@dpp/core'
import { parseDid } from '@dpp/webvh'
import type { CrashPoint } from '../crash-point.ts'
import type { ServerErrorCode } from '../errors.ts'
import type { IssuerLogs } from '../issuers/issuer-logs.ts'
import type { IssuerRule } from '../issuers/issuer-policy.ts'
import type { AcceptedEvent, Journal } from '../journal/port.ts'
import { checkRights } from './check-rights.ts'
import { checkSignature } from './check-signature.ts'
import { parsePosted } from './parse-posted.ts'

/** What became of one posted event. */
export type EventOutcome =
  | { readonly kind: 'stored' | 'known'; readonly digest: string; readonly receipt: string }
  | { readonly kind: 'refused'; readonly digest?: string; readonly error: DppError }

export type IngestContext = {
  readonly journal: Journal
  readonly issuerLogs: IssuerLogs
  readonly issuerRules: readonly IssuerRule[]
  readonly allowDidKey: boolean
  /** 0: any age. */
  readonly maxEventAgeMs: number
  /** How long after its receipt an event is anchored at the latest, as the receipt promises. */
  readonly anchorWithinMs: number
  readonly receiptSigner: Signer
  readonly now: () => Date
  readonly crashPoint: CrashPoint
}

const ATTEMPTS = 5

/**
 * Takes the events of one request, in order, each with its own outcome.
 *
 * Events that are new come under one receipt; an event that is known answers with the receipt it got first, byte for
 * byte. The promise resolves when everything that is reported as stored is durable.
 *
 * @throws ERR_DPP_HTTP_UNAVAILABLE when requests with the same events overtake this one again and again; whatever the
 * journal throws
 */
export async function ingest(
  context: IngestContext,
  posted: readonly unknown[],
): Promise<readonly EventOutcome[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const outcomes = await ingestOnce(context, posted)
    if (outcomes !== undefined) return outcomes
  }
  throw unavailable()
}

type Judged = { readonly parsed: ParsedEvent; readonly event: AcceptedEvent }

async function ingestOnce(
  context: IngestContext,
  posted: readonly unknown[],
): Promise<readonly EventOutcome[] | undefined> {
  const judged = new Map<string, Judged>() // By digest: the same event twice in one request is one event.
  const firstOf = new Map<string, string>() // (issuer, id) → digest, for conflicts within the request.
  const outcomes: (EventOutcome | string)[] = []
  for (const value of posted) {
    const outcome = await judge(context, value, { judged, firstOf })
    outcomes.push(outcome)
  }
  if (judged.size === 0) return outcomes.map(settled)
  const now = context.now()
  const receipt = await signReceipt(context, [...judged.values()], now)
  context.crashPoint('K1')
  const events = [...judged.values()].map(({ event }) => event)
  // Not new any more: another request with one of these events was faster. Look again; the receipt is thrown away.
  if (!(await context.journal.events.accept(events, receipt, now))) return undefined
  context.crashPoint('K2')
  return outcomes.map((outcome) =>
    typeof outcome === 'string' ? { kind: 'stored', digest: outcome, receipt } : outcome,
  )
}

type Request = {
  readonly judged: Map<string, Judged>
  readonly firstOf: Map<string, string>
}

// The outcome of an event that is not to be stored, or the digest of one that is.
async function judge(
  context: IngestContext,
  value: unknown,
  { judged, firstOf }: Request,
): Promise<EventOutcome | string> {
  let digest: string | undefined
  try {
    const parsed = parsePosted(value)
    digest = parsed.digest
    if (judged.has(digest)) return digest
    const standing = await context.journal.events.standing(parsed)
    if (standing.kind === 'known') return { kind: 'known', digest, receipt: standing.receipt }
    const name = `${parsed.issuer} ${parsed.id}`
    const first = standing.kind === 'conflict' ? standing.digest : firstOf.get(name)
    if (first !== undefined) throw conflict(parsed, first)
    const products = await checkRights(context, parsed)
    const key = await checkSignature(context, parsed)
    firstOf.set(name, digest)
    const { issuer, id, bytes, verificationMethod } = parsed
    judged.set(digest, {
      parsed,
      event: { digest, issuer, id, bytes, verificationMethod, key: key.multikey, products },
    })
    return digest
  } catch (error) {
    if (!(error instanceof DppError)) throw error
    return { kind: 'refused', error, ...(digest === undefined ? {} : { digest }) }
  }
}

async function signReceipt(
  context: IngestContext,
  judged: readonly Judged[],
  received: Date,
): Promise<string> {
  const receipt = await createReceipt({
    events: judged.map(({ parsed, event }) => ({
      digest: event.digest,
      products: hostedDids(parsed, event),
    })),
    received,
    anchorBy: new Date(received.getTime() + context.anchorWithinMs),
    signer: context.receiptSigner,
  })
  return canonicalize(receipt)
}

// The receipt promises what this service can do: products that are hosted elsewhere are not in it.
function hostedDids(parsed: ParsedEvent, { products }: AcceptedEvent): readonly string[] {
  const hosted = new Set(products.filter((product) => product.hosted).map(({ scid }) => scid))
  return parsed.products.filter((did) => hosted.has(parseDid(did).scid))
}

function settled(outcome: EventOutcome | string): EventOutcome {
  if (typeof outcome !== 'string') return outcome
  throw new Error('bug in dpp: an event to be stored was not judged')
}

function conflict(parsed: ParsedEvent, first: string): DppError<ServerErrorCode> {
  return new DppError(
    'ERR_DPP_EVENT_CONFLICT',
    `the issuer has used the id ${parsed.id} for ${first}; a correction is a new event with dpp:corrects`,
  )
}

function unavailable(): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_HTTP_UNAVAILABLE', 'the same events arrive in other requests')
}
