// A step in the life of a window, before it is signed: who acts, when, when it is written down, and what it says.
import {
  type EventFacts,
  type ItemEvent,
  type JsonObject,
  locationLink,
  type PartsEvent,
  type SecuredEvent,
} from '@dpp/core'
import type { AudienceName } from './audiences.ts'
import { at, offsetAt } from './calendar.ts'
import { demoGln } from './gs1-keys.ts'
import { type OrganisationId, organisations } from './organisations.ts'
import type { Product } from './products.ts'
import type { Random } from './random.ts'

export type Step = {
  /** Unique within the window; a correction names what it corrects by it. */
  readonly name: string
  readonly by: OrganisationId
  readonly happened: Date
  /** When it was signed: soon after, unless it is late. */
  readonly signed: Date
  readonly products: readonly Product[]
  /** The name of the step that it corrects. */
  readonly corrects?: string
  /** The key that signs, where it is not the one that the issuer has at the time. */
  readonly keyNumber?: number
  /** What becomes of it. A step without one is posted as any event. */
  readonly fate?: Fate
  readonly subject: (facts: StepFacts) => JsonObject
}

/** A step with its signed event, in the wave in which it is posted. */
export type SignedStep = {
  readonly step: Step
  readonly wave: number
  readonly event: SecuredEvent
}

export type Fate =
  /** Its content is only for some; the digest is public. */
  | { readonly kind: 'restricted'; readonly audience: AudienceName }
  /** The service must not take it, and answers with this code. */
  | { readonly kind: 'refused'; readonly code: string }

/** What is known when the step is signed. */
export type StepFacts = ItemEvent & {
  readonly parts: (parent: Product, children: readonly string[]) => PartsEvent
  /** Digest and subject of the step that it corrects. */
  readonly corrected?: { readonly digest: string; readonly subject: JsonObject }
}

/** The products of one window. */
export type Trio = { readonly window: Product; readonly pane: Product; readonly frame: Product }

export const sites = { buildingSite: demoGln(900) } as const

export function glnOf(id: OrganisationId): string {
  const found = organisations.find((organisation) => organisation.id === id)
  if (found === undefined) throw new Error(`no organisation ${id}`)
  return found.gln
}

/** A working moment of that day: between 6 and 14 o'clock UTC, signed some minutes later. */
export function moment(
  day: Date,
  random: Random,
): { readonly happened: Date; readonly signed: Date } {
  const happened = at(day, random.integer(6, 13), random.integer(0, 49))
  return { happened, signed: new Date(happened.getTime() + 60_000 * random.integer(1, 10)) }
}

/** The facts that every event of a step states. */
export function factsOf(
  { products, happened, by }: Step,
  eventId: string,
  corrected: StepFacts['corrected'],
): StepFacts {
  const facts: EventFacts = {
    products: products.map(({ did }) => did),
    eventTime: happened,
    timeZoneOffset: offsetAt(happened),
    readPoint: locationLink(glnOf(by)),
    eventId,
  }
  return {
    ...facts,
    items: products.map(({ digitalLink }) => digitalLink),
    parts: (parent, children) => ({ ...facts, parent: parent.digitalLink, children }),
    ...(corrected === undefined ? {} : { corrected }),
  }
}
