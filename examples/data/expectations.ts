// What a verifier must find out about each product, written down when the events are made and held against every verdict.
import type { VerdictStatus } from '@dpp/verifier'
import { type OddCase, oddCaseOf } from './odd-cases.ts'
import { organisations } from './organisations.ts'
import type { Product, ProductKind } from './products.ts'
import type { SignedStep, Trio } from './steps.ts'

export type Expectation = {
  readonly did: string
  readonly kind: ProductKind
  readonly window: number
  readonly oddCase: OddCase | null
  readonly status: VerdictStatus
  /** Events that anybody may read. */
  readonly events: number
  /** Events of which only the digest is public. */
  readonly withheld: number
  /** Of all: claims by an issuer that the verifier's policy does not list. */
  readonly thirdParty: number
  /** Of all: events that a later one corrects. */
  readonly corrected: number
  /** Whether its owner ends the log. */
  readonly closed: boolean
}

/** The expectations for the three products of a window. */
export function expectationsOf(trio: Trio, steps: readonly SignedStep[]): Expectation[] {
  return [trio.window, trio.pane, trio.frame].map((product) => expectationOf(product, steps))
}

function expectationOf({ did, kind, window }: Product, steps: readonly SignedStep[]): Expectation {
  const own = steps.filter(
    ({ step }) =>
      step.fate?.kind !== 'refused' && step.products.some((product) => product.did === did),
  )
  const count = (test: (signed: SignedStep) => boolean): number => own.filter(test).length
  const corrected = new Set(own.flatMap(({ step }) => step.corrects ?? []))
  return {
    did,
    kind,
    window,
    oddCase: oddCaseOf(window) ?? null,
    status: 'anchored',
    events: count(({ step }) => step.fate === undefined),
    withheld: count(({ step }) => step.fate?.kind === 'restricted'),
    thirdParty: count(({ step }) => !isTrusted(step.by)),
    corrected: corrected.size,
    closed: oddCaseOf(window) === 'recycled',
  }
}

function isTrusted(id: string): boolean {
  return organisations.find((organisation) => organisation.id === id)?.trusted === true
}
