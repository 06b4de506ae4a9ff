// The EPCIS profile: checks that a `credentialSubject`, ours or a foreign system's, is one EPCIS 2.0 event (GS1 EPCIS 2.0 §7.4, in
// its JSON form, §10) that names the products it concerns.

import { isDid, isUri } from '../encoding/identifier-syntax.ts'
import { readTime } from '../encoding/time.ts'
import { DppError } from '../errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../json/json.ts'
import { isEventDigest } from './event-digest.ts'
import { dppVocabulary, type EventProfile, type EventSubject } from './event-profile.ts'
import { isGln, isGtin } from './gs1.ts'

/** GS1 EPCIS 2.0 subjects in a UNTP DigitalTraceabilityEvent: the default profile. */
export const epcisProfile: EventProfile = {
  credentialType: 'DigitalTraceabilityEvent',
  contexts: [
    'https://vocabulary.uncefact.org/untp/0.7.0/context/',
    'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
    { dpp: dppVocabulary },
  ],
  parseSubject: parseEpcisSubject,
}

type Check = (value: Json) => boolean

/** The kinds of event (EPCIS 2.0 §7.4.2 to §7.4.6), each with its letter in the table below and what only it needs. */
const kinds: ReadonlyMap<string, readonly [string, string]> = /* @__PURE__ */ new Map([
  ['ObjectEvent', ['O', 'action']],
  ['AggregationEvent', ['G', 'action']],
  ['AssociationEvent', ['S', 'action parentID']],
  ['TransactionEvent', ['T', 'action bizTransactionList']],
  ['TransformationEvent', ['F', 'type']],
])

/** A member's check, and the letters of the kinds that alone may have it: empty for those that all may have. */
type Member = { readonly check: Check; readonly only: string }

/** Every member of the standard. Those of some kinds only name objects, but for two. */
const members: ReadonlyMap<string, Member> = /* @__PURE__ */ readMembers([
  [(value) => isText(value) || typeof value === 'object', '@context'],
  [isUri, 'eventID'],
  [isUri, 'transformationID', 'F'],
  [isText, 'type'],
  [isTime, 'eventTime recordTime'],
  [isZoneOffset, 'eventTimeZoneOffset'],
  [(value) => value === 'ADD' || value === 'OBSERVE' || value === 'DELETE', 'action', 'OGST'],
  [isVocabularyWord, 'bizStep disposition'],
  [isPlace, 'readPoint bizLocation'],
  [isIdentifier, 'parentID', 'GST'],
  [isIdentifierList, 'epcList', 'OT'],
  [isIdentifierList, 'childEPCs', 'GS'],
  [isIdentifierList, 'inputEPCList outputEPCList', 'F'],
  [isQuantityList, 'quantityList', 'OT'],
  [isQuantityList, 'childQuantityList', 'GS'],
  [isQuantityList, 'inputQuantityList outputQuantityList', 'F'],
  [isObjectList, 'bizTransactionList sourceList destinationList sensorElementList'],
  [isJsonObject, 'ilmd', 'OF'],
  [isJsonObject, 'persistentDisposition'],
  [isErrorDeclaration, 'errorDeclaration'],
  [(value) => [value].flat().every(isUri), 'certificationInfo'],
  [isDidList, 'dpp:digitalProductPassportId'],
  [isEventDigest, 'dpp:corrects'],
])

/**
 * Reads an EPCIS subject. Refuses unknown kinds and members (extensions have a prefix, `example:name`), missing required members,
 * malformed values, CBV words written as URIs (the JSON form wants them bare, so that one step has one name) and GS1 Digital
 * Links with a wrong check digit.
 *
 * @throws DppError `ERR_DPP_SUBJECT_INVALID`
 */
export function parseEpcisSubject(subject: JsonObject): EventSubject {
  const type = subject['type']
  const kind = isText(type) ? kinds.get(type) : undefined
  if (kind === undefined) throw invalid('type is not an EPCIS event type')
  const [letter, own] = kind
  for (const name of `${own} eventTime eventTimeZoneOffset dpp:digitalProductPassportId`.split(
    ' ',
  )) {
    if (!Object.hasOwn(subject, name)) throw invalid(`an ${type} needs ${name}`)
  }
  let namesObjects = false
  for (const name of Object.keys(subject)) {
    const value = subject[name] as Json
    const member = members.get(name)
    const isKnown = member !== undefined && (member.only === '' || member.only.includes(letter))
    if (!isKnown && !/^[^:\s]+:\S+$/.test(name)) {
      throw invalid(`unknown member ${JSON.stringify(name.slice(0, 60))}: extensions need a prefix`)
    }
    if (member?.check(value) === false) throw invalid(`${name} is malformed`)
    namesObjects ||= namesObject(name, value, member)
  }
  if (!namesObjects) throw invalid('it names no object')
  const corrects = subject['dpp:corrects']
  return {
    products: subject['dpp:digitalProductPassportId'] as readonly string[],
    type: (subject['bizStep'] as string | undefined) ?? (type as string),
    eventTime: readTime(subject['eventTime']) as Date, // Its check has passed.
    ...(corrects === undefined ? {} : { corrects: corrects as string }),
  }
}

/** EPCIS 2.0 §7.3.3: an event without any of these says nothing. */
function namesObject(name: string, value: Json, member: Member | undefined): boolean {
  if (name === 'action' || name === 'ilmd') return false
  if (!member?.only && name !== 'sensorElementList') return false
  return !Array.isArray(value) || value.length > 0
}

function readMembers(
  rows: readonly (readonly [Check, string, string?])[],
): ReadonlyMap<string, Member> {
  return new Map(
    rows.flatMap(([check, names, only = '']) =>
      names.split(' ').map((name) => [name, { check, only }] as const),
    ),
  )
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string'
}

function isTime(value: Json): boolean {
  return readTime(value) !== undefined
}

/** EPCIS 2.0 §7.3.4: hours and minutes, at most 14:00. */
function isZoneOffset(value: Json): boolean {
  return isText(value) && /^[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)$/.test(value)
}

/** An EPC or another identifier. The keys in a Digital Link on GS1's own domain must have the right check digits. */
function isIdentifier(value: Json): boolean {
  if (!isUri(value)) return false
  const match = /^https:\/\/id\.gs1\.org\/(01|414)\/([^/?#]*)/.exec(value)
  if (match === null) return true
  return match[1] === '01' ? match[2]?.length === 14 && isGtin(match[2]) : isGln(match[2])
}

/** CBV 2.0 §7.1 and §7.2 in the JSON form: a bare standard word, or a URI (or prefixed name) of somebody else's vocabulary. */
function isVocabularyWord(value: Json): boolean {
  if (typeof value !== 'string') return false
  if (/^(https?:\/\/(ref\.gs1\.org|ns\.gs1\.org)\/|urn:epcglobal:cbv:|cbv:)/i.test(value))
    return false
  return /^[a-z][a-z_]{2,40}$/.test(value) || isUri(value)
}

function isPlace(value: Json): boolean {
  return isJsonObject(value) && isIdentifier(value['id'] ?? null)
}

function isIdentifierList(value: Json): boolean {
  return Array.isArray(value) && value.every(isIdentifier) && new Set(value).size === value.length
}

function isObjectList(value: Json): boolean {
  return Array.isArray(value) && value.every(isJsonObject)
}

/** EPCIS 2.0 §7.3.3.3. The standard has numbers; a decimal string is accepted too, because measured values are strings here. */
function isQuantityList(value: Json): boolean {
  return (
    Array.isArray(value) &&
    value.every((element) => {
      if (!isJsonObject(element) || !isUri(element['epcClass'])) return false
      const { quantity = 0, uom = 'EA' } = element
      const isAmount = typeof quantity === 'number' ? quantity >= 0 : isDecimal(quantity)
      return isAmount && isText(uom) && /^[A-Z0-9]{2,3}$/.test(uom)
    })
  )
}

/** EPCIS 2.0 §7.4.1.2. */
function isErrorDeclaration(value: Json): boolean {
  if (!isJsonObject(value) || readTime(value['declarationTime']) === undefined) return false
  const { reason = 'incorrect_data', correctiveEventIDs = [] } = value
  return (
    isVocabularyWord(reason) && Array.isArray(correctiveEventIDs) && correctiveEventIDs.every(isUri)
  )
}

function isDidList(value: Json): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(isDid) &&
    new Set(value).size === value.length
  )
}

/** Tells whether `text` is a decimal number in the one form used for measured values: `12`, `-0.5`; no exponent, no spare zeros in front. */
export function isDecimal(text: unknown): text is string {
  return typeof text === 'string' && /^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?$/.test(text)
}

function invalid(message: string): DppError<'ERR_DPP_SUBJECT_INVALID'> {
  return new DppError('ERR_DPP_SUBJECT_INVALID', message)
}
