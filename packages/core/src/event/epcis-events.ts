// The events of the window example as EPCIS 2.0 subjects with CBV 2.0 words: plain input in, `credentialSubject` out.

import { formatTime } from '../encoding/time.ts'
import { createUrnUuid } from '../encoding/urn-uuid.ts'
import type { JsonObject } from '../json/json.ts'

/** What every event states. */
export type EventFacts = {
  /** DIDs of all products concerned: the event's digest goes into each of their logs. */
  readonly products: readonly string[]
  /** When it happened; kept to whole seconds. */
  readonly eventTime: Date
  /** The local offset from UTC there and then, such as `+01:00`. */
  readonly timeZoneOffset: string
  /** Where: a URI, such as `locationLink(gln)`. */
  readonly readPoint?: string
  /** Where the objects are afterwards. */
  readonly bizLocation?: string
  /** By default a fresh `urn:uuid:`. */
  readonly eventId?: string
  /** Digest of the event that this one corrects. */
  readonly corrects?: string
  /** Further members, each name with a prefix (`example:batch`); measured values are decimal strings. */
  readonly extensions?: JsonObject
}

/** Events about single items: their EPC URIs, such as `digitalLink({ gtin, serial })`. */
export type ItemEvent = EventFacts & { readonly items: readonly string[] }

/** Events that join parts to a whole or take them out. */
export type PartsEvent = EventFacts & {
  readonly parent: string
  readonly children: readonly string[]
}

/** Events between two parties; each a URI, by the role `owning_party`. */
export type PartyEvent = ItemEvent & { readonly from?: string; readonly to?: string }

/** Manufacture: the items begin to exist. */
export function manufactureEvent(input: ItemEvent): JsonObject {
  return objectEvent('ADD', 'commissioning', 'active', input)
}

/** Assembly: the children (pane, frame) become parts of the parent (window). */
export function assembleEvent(input: PartsEvent): JsonObject {
  return associationEvent('ADD', 'assembling', 'in_progress', input)
}

/** Inspection, with its outcome. */
export function inspectEvent(input: ItemEvent & { readonly conformant: boolean }): JsonObject {
  return objectEvent(
    'OBSERVE',
    'inspecting',
    input.conformant ? 'conformant' : 'non_conformant',
    input,
  )
}

/** Departure towards the receiver. */
export function shipEvent(input: PartyEvent): JsonObject {
  return { ...objectEvent('OBSERVE', 'shipping', 'in_transit', input), ...parties(input) }
}

/** Arrival at the receiver. */
export function receiveEvent(input: PartyEvent): JsonObject {
  return { ...objectEvent('OBSERVE', 'receiving', 'in_progress', input), ...parties(input) }
}

/** Installation in a building, at `bizLocation`. */
export function installEvent(input: ItemEvent): JsonObject {
  return objectEvent('OBSERVE', 'installing', 'active', input)
}

/** Repair: the same items, working again. */
export function repairEvent(input: ItemEvent): JsonObject {
  return objectEvent('OBSERVE', 'repairing', 'active', input)
}

/** Replacement: `children` take the place of `replaced` in the parent, in one event. */
export function replaceEvent(
  input: PartsEvent & { readonly replaced: readonly string[] },
): JsonObject {
  return {
    ...associationEvent('ADD', 'replacing', 'in_progress', input),
    'dpp:replaced': [...input.replaced],
  }
}

/** Disassembly: the children are parts of the parent no more. */
export function disassembleEvent(input: PartsEvent): JsonObject {
  return associationEvent('DELETE', 'disassembling', 'in_progress', input)
}

/** Destruction: the items exist no more. */
export function destroyEvent(input: ItemEvent): JsonObject {
  return objectEvent('DELETE', 'destroying', 'destroyed', input)
}

/** Recycling: the items exist no more, their material does. CBV has no word for it, so the step is ours. */
export function recycleEvent(input: ItemEvent): JsonObject {
  return objectEvent('DELETE', 'dpp:recycling', 'destroyed', input)
}

/** Change of owner, who takes over the passport. CBV has no word for it without a sale, so the step is ours. */
export function transferEvent(input: PartyEvent & { readonly to: string }): JsonObject {
  return { ...objectEvent('OBSERVE', 'dpp:transferring', 'active', input), ...parties(input) }
}

/**
 * Declares that an event was wrong (EPCIS 2.0 §7.4.1.2): its subject again, with the declaration and the digest of what it
 * corrects.
 */
export function declareError(
  subject: JsonObject,
  input: {
    readonly corrects: string
    readonly declarationTime: Date
    /** `did_not_occur` or `incorrect_data` (CBV 2.0 §7.5). */
    readonly reason: 'did_not_occur' | 'incorrect_data'
    readonly correctiveEventIds?: readonly string[]
  },
): JsonObject {
  const { correctiveEventIds } = input
  return {
    ...subject,
    errorDeclaration: {
      declarationTime: formatTime(input.declarationTime),
      reason: input.reason,
      ...(correctiveEventIds === undefined ? {} : { correctiveEventIDs: [...correctiveEventIds] }),
    },
    'dpp:corrects': input.corrects,
  }
}

function objectEvent(
  action: string,
  bizStep: string,
  disposition: string,
  input: ItemEvent,
): JsonObject {
  return eventOf('ObjectEvent', action, bizStep, disposition, input, { epcList: [...input.items] })
}

function associationEvent(
  action: string,
  bizStep: string,
  disposition: string,
  input: PartsEvent,
): JsonObject {
  const { parent, children } = input
  return eventOf('AssociationEvent', action, bizStep, disposition, input, {
    parentID: parent,
    childEPCs: [...children],
  })
}

function eventOf(
  type: string,
  action: string,
  bizStep: string,
  disposition: string,
  facts: EventFacts,
  objects: JsonObject,
): JsonObject {
  const { readPoint, bizLocation, corrects } = facts
  return {
    type,
    eventID: facts.eventId ?? createUrnUuid(),
    action,
    bizStep,
    disposition,
    eventTime: formatTime(facts.eventTime),
    eventTimeZoneOffset: facts.timeZoneOffset,
    ...objects,
    ...(readPoint === undefined ? {} : { readPoint: { id: readPoint } }),
    ...(bizLocation === undefined ? {} : { bizLocation: { id: bizLocation } }),
    ...facts.extensions,
    'dpp:digitalProductPassportId': [...facts.products],
    ...(corrects === undefined ? {} : { 'dpp:corrects': corrects }),
  }
}

/** EPCIS 2.0 §7.3.5.4: who gives and who takes. */
function parties({ from, to }: PartyEvent): JsonObject {
  return {
    ...(from === undefined ? {} : { sourceList: [{ type: 'owning_party', source: from }] }),
    ...(to === undefined ? {} : { destinationList: [{ type: 'owning_party', destination: to }] }),
  }
}
