// Step 1 of the cycle: from posted JSON to a durable event and a signed receipt. Cheap checks come before costly ones,
// nothing is stored that was not verified, and no answer promises what is not durable.
import {
  canonicalize,
  createReceipt,
  DppError,
  invariant,
  isDppError,
  type ParsedEvent,
  type Signer,
} from '@dpp/core'
import type { CrashPoint } from '../crash-point.ts'
import type { ServerErrorCode } from '../errors.ts'
import type { RateLimit } from '../http/rate-limit.ts'
import type { IssuerLogs } from '../issuers/issuer-logs.ts'
import type { IssuerRule } from '../issuers/issuer-policy.ts'
import type { AcceptedEvent, Journal } from '../journal/port.ts'
import type { ShardCheck } from '../shards.ts'
import { checkRights, lookUpProducts } from './check-rights.ts'
import { checkSignature } from './check-signature.ts'
import type { EventVerifier } from './event-verifier.ts'
import type { IssuerQuota } from './issuer-quota.ts'
import { assertFewProducts, parsePosted } from './parse-posted.ts'

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
  /** The signer of receipts as of now. */
  readonly receiptSigner: () => Promise<Signer>
  /** Waits for the requests that arrive at the same time. */
  readonly rendezvous: () => Promise<void>
  readonly verifyEvent: EventVerifier
  /** Verified events per issuer. */
  readonly issuerLimit: RateLimit
  /** New events per issuer and day. */
  readonly issuerQuota: IssuerQuota
  /** Who may read the events of this request; absent: everybody. */
  readonly audience?: string | undefined
  /** Throws for a product that belongs to another shard. */
  readonly assertOurs: ShardCheck
  /** Throws while the queue is full. */
  readonly assertCapacity: (events: number) => Promise<void>
  readonly now: () => Date
  readonly crashPoint: CrashPoint
}

const ATTEMPTS = 5
const LOOK_AGAIN_MS = 1000

/**
 * Takes the events of one request, in order, each with its own outcome.
 *
 * Events that are new come under one receipt; an event that is known answers with the receipt it got first, byte for
 * byte. The promise resolves when everything that is reported as stored is durable.
 *
 * @throws ERR_DPP_HTTP_TOO_LARGE when they name more products than a request may, or than a receipt holds;
 * ERR_DPP_HTTP_UNAVAILABLE when the queue is full, or requests with the same events overtake this one again and again;
 * whatever the journal throws
 */
export async function ingest(
  context: IngestContext,
  posted: readonly Uint8Array[],
): Promise<readonly EventOutcome[]> {
  await context.assertCapacity(posted.length)
  await context.rendezvous()
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const outcomes = await ingestOnce(context, posted)
    if (outcomes !== undefined) return outcomes
  }
  throw unavailable()
}

type Candidate = { readonly parsed: ParsedEvent; readonly products: AcceptedEvent['products'] }

async function ingestOnce(
  context: IngestContext,
  posted: readonly Uint8Array[],
): Promise<readonly EventOutcome[] | undefined> {
  const parsed = posted.map(parse)
  assertFewProducts(parsed.flatMap((each) => ('kind' in each ? [] : [each])))
  // Cheap checks first, with the look-ups of all events on their way at once; then every signature of the request.
  const screened = await Promise.all(parsed.map((each) => screen(context, each)))
  const judged = await Promise.all(screened.map((each) => judge(context, each)))

  const accepted = new Map<string, AcceptedEvent>() // By digest: the same event twice in one request is one event.
  const outcomes = withoutConflicts(judged, accepted)
  if (accepted.size === 0) return outcomes.map(assertDecided)
  const receipt = await store(context, [...accepted.values()])
  // Not new any more: another request with one of these events was faster. Look again; the receipt is thrown away.
  if (receipt === undefined) return undefined
  return outcomes.map((outcome) =>
    'kind' in outcome ? outcome : { kind: 'stored', digest: outcome.digest, receipt },
  )
}

// Gives the receipt once the events are durable under it; undefined when they were not stored.
async function store(
  context: IngestContext,
  events: readonly AcceptedEvent[],
): Promise<string | undefined> {
  let isStored = false
  try {
    const now = context.now()
    const receipt = await signReceipt(context, events, now)
    context.crashPoint('K1')
    isStored = await context.journal.events.accept(events, receipt, now)
    if (!isStored) return undefined
    context.crashPoint('K2')
    return receipt
  } finally {
    // An outage costs nobody the events of the day: whoever was told to try again does.
    if (!isStored) for (const { issuer } of events) context.issuerQuota.giveBack(issuer)
  }
}

function parse(body: Uint8Array): EventOutcome | ParsedEvent {
  try {
    return parsePosted(body)
  } catch (error) {
    return refusal(error, undefined)
  }
}

// Everything that needs neither the network nor a signature.
async function screen(
  context: IngestContext,
  parsed: EventOutcome | ParsedEvent,
): Promise<EventOutcome | Candidate> {
  if ('kind' in parsed) return parsed
  const { digest } = parsed
  try {
    const [standing, products] = await Promise.all([
      context.journal.events.standing(parsed),
      lookUpProducts(context, parsed),
    ])
    if (standing.kind === 'known') return { kind: 'known', digest, receipt: standing.receipt }
    if (standing.kind === 'conflict') throw conflict(parsed.id, standing.digest)
    return { parsed, products: checkRights(context, parsed, products) }
  } catch (error) {
    return refusal(error, digest)
  }
}

async function judge(
  context: IngestContext,
  screened: EventOutcome | Candidate,
): Promise<EventOutcome | AcceptedEvent> {
  if ('kind' in screened) return screened
  const { parsed } = screened
  let { products } = screened
  const { digest, issuer, id, text, verificationMethod } = parsed
  const startedMs = performance.now()
  try {
    const { multikey } = await checkSignature(context, parsed)
    // The issuer's host was slow: a product may have another owner by now.
    if (performance.now() - startedMs > LOOK_AGAIN_MS) {
      products = checkRights(context, parsed, await lookUpProducts(context, parsed))
    }
    // After the signature: nobody can use up the quota of another.
    if (!context.issuerLimit(issuer, 1)) throw rateLimited()
    await context.issuerQuota.take(issuer)
    const { audience } = context
    return { digest, issuer, id, text, verificationMethod, key: multikey, audience, products }
  } catch (error) {
    return refusal(error, digest)
  }
}

// Two events of one request that share issuer and id: the first is taken, as if they had come one after the other.
function withoutConflicts(
  judged: readonly (EventOutcome | AcceptedEvent)[],
  accepted: Map<string, AcceptedEvent>,
): readonly (EventOutcome | AcceptedEvent)[] {
  const firstOf = new Map<string, string>()
  return judged.map((event) => {
    if ('kind' in event) return event
    const name = `${event.issuer} ${event.id}`
    const first = firstOf.get(name) ?? event.digest
    if (first !== event.digest) return refusal(conflict(event.id, first), event.digest)
    firstOf.set(name, first)
    accepted.set(event.digest, event)
    return event
  })
}

async function signReceipt(
  context: IngestContext,
  events: readonly AcceptedEvent[],
  received: Date,
): Promise<string> {
  const unsigned = {
    // The receipt promises what this service can do: products that are hosted elsewhere are not in it.
    events: events.map(({ digest, products }) => ({
      digest,
      products: products.filter(({ hosted }) => hosted).map(({ did }) => did),
    })),
    received,
    anchorBy: new Date(received.getTime() + context.anchorWithinMs),
    signer: await context.receiptSigner(),
  }
  try {
    return canonicalize(await createReceipt(unsigned))
  } catch (error) {
    if (isDppError(error) && error.code === 'ERR_DPP_JSON_LIMIT') throw tooManyProducts()
    throw error
  }
}

function assertDecided(outcome: EventOutcome | AcceptedEvent): EventOutcome {
  invariant('kind' in outcome, 'an event that was accepted is stored')
  return outcome
}

function refusal(error: unknown, digest: string | undefined): EventOutcome {
  if (!(error instanceof DppError)) throw error
  return { kind: 'refused', error, ...(digest === undefined ? {} : { digest }) }
}

function conflict(id: string, first: string): DppError<ServerErrorCode> {
  return new DppError(
    'ERR_DPP_EVENT_CONFLICT',
    `the issuer has used the id ${id} for ${first}; a correction is a new event with dpp:corrects`,
  )
}

function rateLimited(): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_HTTP_RATE_LIMITED', 'too many events of this issuer')
}

// No event is at fault: a receipt that names all of their products would be larger than its readers take.
function tooManyProducts(): DppError<ServerErrorCode> {
  return new DppError(
    'ERR_DPP_HTTP_TOO_LARGE',
    'the events name too many products for one receipt: post fewer of them at a time',
  )
}

function unavailable(): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_HTTP_UNAVAILABLE', 'the same events arrive in other requests')
}
