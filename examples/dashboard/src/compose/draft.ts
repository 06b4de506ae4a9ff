// The event that a person composes, from the fields of the form.
import {
  createEvent,
  digitalLink,
  type EventFacts,
  inspectEvent,
  installEvent,
  isGln,
  type JsonObject,
  locationLink,
  manufactureEvent,
  parseDigitalLink,
  receiveEvent,
  recycleEvent,
  repairEvent,
  shipEvent,
  type UnsignedEvent,
} from '@dpp/core'
import type { LoadedKey } from './loaded-key.ts'

export type DraftKind = keyof typeof builders

export type Draft = {
  readonly kind: DraftKind
  readonly did: string
  readonly item: string
  /** As `<input type="datetime-local">` gives it. */
  readonly localTime: string
  readonly gln: string
  readonly note: string
}

const builders = {
  inspect: (facts: EventFacts, items: readonly string[]) =>
    inspectEvent({ ...facts, items, conformant: true }),
  repair: (facts: EventFacts, items: readonly string[]) => repairEvent({ ...facts, items }),
  ship: (facts: EventFacts, items: readonly string[]) => shipEvent({ ...facts, items }),
  receive: (facts: EventFacts, items: readonly string[]) => receiveEvent({ ...facts, items }),
  install: (facts: EventFacts, items: readonly string[]) => installEvent({ ...facts, items }),
  manufacture: (facts: EventFacts, items: readonly string[]) =>
    manufactureEvent({ ...facts, items }),
  recycle: (facts: EventFacts, items: readonly string[]) => recycleEvent({ ...facts, items }),
} as const

/** The kinds in the order of the form. */
export const draftKinds: readonly { readonly kind: DraftKind; readonly title: string }[] = [
  { kind: 'inspect', title: 'Inspected, conformant' },
  { kind: 'repair', title: 'Repaired' },
  { kind: 'ship', title: 'Shipped' },
  { kind: 'receive', title: 'Received' },
  { kind: 'install', title: 'Installed' },
  { kind: 'manufacture', title: 'Manufactured' },
  { kind: 'recycle', title: 'Recycled' },
]

/**
 * Builds the event, ready to be signed.
 *
 * @throws Error with a sentence for the person; DppError from the builders.
 */
export function buildEvent(draft: Draft, key: LoadedKey): UnsignedEvent {
  const { kind, did, item, localTime, gln, note } = draft
  const eventTime = new Date(localTime)
  if (Number.isNaN(eventTime.getTime())) throw new Error('Say when it happened.')
  if (gln !== '' && !isGln(gln))
    throw new Error('The place is not a GLN: its check digit is wrong.')
  const link = parseDigitalLink(item)
  if (!('gtin' in link) || link.serial === undefined)
    throw new Error('The item has no serial number.')
  const extensions: JsonObject = note === '' ? {} : { 'dpp:note': note }
  const facts = {
    products: [did],
    eventTime,
    timeZoneOffset: offsetOf(eventTime),
    ...(gln === '' ? {} : { readPoint: locationLink(gln) }),
    extensions,
  }
  return createEvent({
    issuer: { id: key.issuer, ...(key.name === undefined ? {} : { name: key.name }) },
    subject: builders[kind](facts, [digitalLink({ gtin: link.gtin, serial: link.serial })]),
    validFrom: new Date(),
  })
}

/** The local offset from UTC at that time: `+01:00`. */
function offsetOf(time: Date): string {
  const minutes = -time.getTimezoneOffset()
  const digits = (value: number): string => String(Math.floor(Math.abs(value))).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${digits(minutes / 60)}:${digits(minutes % 60)}`
}
