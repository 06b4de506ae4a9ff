// What an event says, in the words of a person: a title, and the facts worth a line. Only for showing.
import { isJsonObject, type Json, type JsonObject } from '@dpp/core'
import type { IconName } from './icon.tsx'

export type EventStory = {
  readonly title: string
  readonly icon: IconName
  /** The issuer's own name for itself; proven is only its DID. */
  readonly issuerName: string | undefined
  readonly facts: readonly { readonly name: string; readonly value: string }[]
}

type Kind = { readonly title: string; readonly icon: IconName }

const kinds: Readonly<Record<string, Kind>> = {
  commissioning: { title: 'Manufactured', icon: 'made' },
  assembling: { title: 'Assembled', icon: 'join' },
  inspecting: { title: 'Inspected', icon: 'inspect' },
  shipping: { title: 'Shipped', icon: 'ship' },
  receiving: { title: 'Received', icon: 'receive' },
  installing: { title: 'Installed', icon: 'place' },
  repairing: { title: 'Repaired', icon: 'repair' },
  replacing: { title: 'Part replaced', icon: 'swap' },
  disassembling: { title: 'Taken apart', icon: 'split' },
  destroying: { title: 'Destroyed', icon: 'end' },
  'dpp:recycling': { title: 'Recycled', icon: 'recycle' },
  'dpp:transferring': { title: 'Changed owner', icon: 'transfer' },
}

const plainMembers: ReadonlySet<string> = new Set([
  'type',
  'eventID',
  'action',
  'bizStep',
  'disposition',
  'eventTime',
  'eventTimeZoneOffset',
  'epcList',
  'parentID',
  'childEPCs',
  'readPoint',
  'bizLocation',
  'sourceList',
  'destinationList',
  'dpp:digitalProductPassportId',
  'dpp:corrects',
  'dpp:replaced',
  'errorDeclaration',
])

/** Tells the story of an event; `type` alone where its content is not disclosed. */
export function tellEvent(type: string | null, content: JsonObject | undefined): EventStory {
  const kind = type !== null && Object.hasOwn(kinds, type) ? kinds[type] : undefined
  const subject = isJsonObject(content?.['credentialSubject']) ? content['credentialSubject'] : {}
  const issuer = content?.['issuer']
  const name = isJsonObject(issuer) ? issuer['name'] : undefined
  const isWrong = isJsonObject(subject['errorDeclaration'])
  return {
    title: isWrong ? 'Declared wrong' : (kind?.title ?? type ?? 'Not disclosed'),
    icon: isWrong ? 'warn' : (kind?.icon ?? (content === undefined ? 'lock' : 'event')),
    issuerName: typeof name === 'string' ? name : undefined,
    facts: factsOf(subject),
  }
}

function factsOf(subject: JsonObject): { name: string; value: string }[] {
  const { disposition } = subject
  const facts: { name: string; value: string }[] = []
  const add = (name: string, value: Json | undefined): void => {
    const text = describe(value)
    if (text !== '') facts.push({ name, value: text })
  }
  add('Items', itemsOf(subject))
  add(
    'Outcome',
    disposition === 'conformant' || disposition === 'non_conformant' ? disposition : '',
  )
  add('Where', idOf(subject['readPoint']))
  add('Now at', idOf(subject['bizLocation']))
  for (const [name, value] of Object.entries(subject)) {
    if (!plainMembers.has(name)) add(name.replace(/^.*:/, ''), value)
  }
  return facts
}

function itemsOf(subject: JsonObject): Json {
  const { epcList, parentID, childEPCs } = subject
  const items = [
    ...(Array.isArray(epcList) ? epcList : []),
    ...(typeof parentID === 'string' ? [parentID] : []),
    ...(Array.isArray(childEPCs) ? childEPCs : []),
  ]
  return items.map((item) => serialOf(String(item)))
}

/** The serial number in a Digital Link, else the text itself. */
export function serialOf(item: string): string {
  const [, serial] = /\/21\/([^/?#]+)$/.exec(item) ?? []
  return serial === undefined ? item : decodeSafely(serial)
}

/** The GTIN in a Digital Link. */
export function gtinOf(item: string): string | undefined {
  return /\/01\/(\d{14})(?:\/|$)/.exec(item)?.[1]
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function idOf(value: Json | undefined): string {
  const id = isJsonObject(value) ? value['id'] : undefined
  if (typeof id !== 'string') return ''
  const [, gln] = /\/414\/(\d{13})/.exec(id) ?? []
  return gln === undefined ? id : `GLN ${gln}`
}

const maxFactLength = 200

function describe(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map(describe).join(', ').slice(0, maxFactLength)
  if (isJsonObject(value)) {
    return Object.entries(value)
      .map(([name, member]) => `${name}: ${describe(member)}`)
      .join(', ')
      .slice(0, maxFactLength)
  }
  return String(value).replaceAll('_', ' ').slice(0, maxFactLength)
}
