// The EPCIS profile: checks that a `credentialSubject`, ours or a foreign system's, is one EPCIS 2.0 event (GS1 EPCIS 2.0 §7.4, in
// its JSON form, §10) that names the products it concerns.
import { isDid } from './did-syntax.ts'
import { DppError, isDppError } from './errors.ts'
import { isEventDigest } from './event-digest.ts'
import { dppVocabulary, type EventProfile, type EventSubject } from './event-profile.ts'
import { parseDigitalLink } from './gs1.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { readTime } from './time.ts'

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

/** Each kind of event: what it must hold, and which further members it may hold (EPCIS 2.0 §7.4.1 to §7.4.6). */
const kinds: {
  readonly [type: string]: {
    readonly required: readonly string[]
    readonly names: readonly string[]
  }
} = {
  ObjectEvent: { required: ['action'], names: ['epcList', 'quantityList', 'ilmd'] },
  AggregationEvent: {
    required: ['action'],
    names: ['parentID', 'childEPCs', 'childQuantityList'],
  },
  AssociationEvent: {
    required: ['action', 'parentID'],
    names: ['parentID', 'childEPCs', 'childQuantityList'],
  },
  TransactionEvent: {
    required: ['action', 'bizTransactionList'],
    names: ['parentID', 'epcList', 'quantityList'],
  },
  TransformationEvent: {
    required: [],
    names: [
      'inputEPCList',
      'inputQuantityList',
      'outputEPCList',
      'outputQuantityList',
      'transformationID',
      'ilmd',
    ],
  },
}

/** Every member that some kind of event may hold, with the check of its value. */
const checks: ReadonlyMap<string, Check> = new Map(
  Object.entries<Check>({
    type: isString,
    '@context': (value) => typeof value === 'string' || typeof value === 'object',
    eventID: isUri,
    eventTime: (value) => readTime(value) !== undefined,
    recordTime: (value) => readTime(value) !== undefined,
    eventTimeZoneOffset: (value) =>
      typeof value === 'string' && /^[+-](0\d|1[0-3]):[0-5]\d$|^[+-]14:00$/.test(value),
    action: (value) => value === 'ADD' || value === 'OBSERVE' || value === 'DELETE',
    bizStep: isVocabularyWord,
    disposition: isVocabularyWord,
    persistentDisposition: isJsonObject,
    readPoint: isPlace,
    bizLocation: isPlace,
    parentID: isIdentifier,
    epcList: isIdentifierList,
    childEPCs: isIdentifierList,
    inputEPCList: isIdentifierList,
    outputEPCList: isIdentifierList,
    quantityList: isQuantityList,
    childQuantityList: isQuantityList,
    inputQuantityList: isQuantityList,
    outputQuantityList: isQuantityList,
    transformationID: isUri,
    bizTransactionList: isObjectList,
    sourceList: isObjectList,
    destinationList: isObjectList,
    sensorElementList: isObjectList,
    ilmd: isJsonObject,
    errorDeclaration: isErrorDeclaration,
    certificationInfo: (value) => isUri(value) || (Array.isArray(value) && value.every(isUri)),
    'dpp:digitalProductPassportId': isDidList,
    'dpp:corrects': isEventDigest,
  }),
)

const commonNames: ReadonlySet<string> = new Set([
  ...[
    'type',
    '@context',
    'eventID',
    'eventTime',
    'recordTime',
    'eventTimeZoneOffset',
    'action',
    'bizStep',
  ],
  ...[
    'disposition',
    'persistentDisposition',
    'readPoint',
    'bizLocation',
    'bizTransactionList',
    'sourceList',
  ],
  ...['destinationList', 'sensorElementList', 'errorDeclaration', 'certificationInfo'],
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
  const kind = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (kind === undefined) throw invalid('type must be one of the five EPCIS event types')
  const required = [
    'eventTime',
    'eventTimeZoneOffset',
    'dpp:digitalProductPassportId',
    ...kind.required,
  ]
  for (const name of required) {
    if (!Object.hasOwn(subject, name)) throw invalid(`an ${type} needs ${name}`)
  }
  if (type === 'TransformationEvent' && Object.hasOwn(subject, 'action')) {
    throw invalid('a TransformationEvent has no action')
  }
  let namesObjects = false
  for (const name of Object.keys(subject)) {
    const value = subject[name] as Json
    const isKnown = commonNames.has(name) || kind.names.includes(name)
    if (!isKnown && !/^[^:\s]+:[^\s]+$/.test(name)) {
      throw invalid(
        `an ${type} has no ${JSON.stringify(name.slice(0, 60))}; extensions need a prefix`,
      )
    }
    if (objectNames.has(name)) namesObjects ||= !Array.isArray(value) || value.length > 0
    const check = checks.get(name)
    if (check !== undefined && !check(value)) throw invalid(`${name} is malformed`)
  }
  if (!namesObjects) throw invalid('it names no object: no EPC and no quantity')
  const corrects = subject['dpp:corrects']
  return {
    products: subject['dpp:digitalProductPassportId'] as readonly string[],
    type: (subject['bizStep'] as string | undefined) ?? (type as string),
    eventTime: readTime(subject['eventTime']) as Date,
    ...(corrects === undefined ? {} : { corrects: corrects as string }),
  }
}

/** The what-dimension of EPCIS 2.0 §7.3.3: an event that holds none of these says nothing. */
const objectNames: ReadonlySet<string> = new Set([
  ...['epcList', 'quantityList', 'parentID', 'childEPCs', 'childQuantityList', 'inputEPCList'],
  ...[
    'inputQuantityList',
    'outputEPCList',
    'outputQuantityList',
    'transformationID',
    'sensorElementList',
  ],
])

function isString(value: Json): value is string {
  return typeof value === 'string'
}

function isUri(value: Json): boolean {
  return typeof value === 'string' && /^[a-z][a-z0-9+.-]*:[!-~]{1,500}$/i.test(value)
}

/** An EPC or another identifier. Where it is a GS1 Digital Link on GS1's own domain it must be a right one. */
function isIdentifier(value: Json): boolean {
  if (!isUri(value)) return false
  if (!(value as string).startsWith('https://id.gs1.org/')) return true
  if (!/\/(01|414)\//.test(value as string)) return true // Other GS1 keys (SSCC, GRAI, …) have links of their own form.
  try {
    parseDigitalLink(value as string)
    return true
  } catch (error) {
    if (isDppError(error)) return false
    throw error
  }
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
      if (!isJsonObject(element) || !isUri(element['epcClass'] ?? null)) return false
      const { quantity, uom } = element
      const isAmount =
        quantity === undefined ||
        (typeof quantity === 'number' && quantity >= 0) ||
        (typeof quantity === 'string' && isDecimal(quantity))
      return (
        isAmount && (uom === undefined || (typeof uom === 'string' && /^[A-Z0-9]{2,3}$/.test(uom)))
      )
    })
  )
}

/** EPCIS 2.0 §7.4.1.2. */
function isErrorDeclaration(value: Json): boolean {
  if (!isJsonObject(value) || readTime(value['declarationTime']) === undefined) return false
  const { reason, correctiveEventIDs } = value
  return (
    (reason === undefined || isVocabularyWord(reason)) &&
    (correctiveEventIDs === undefined ||
      (Array.isArray(correctiveEventIDs) && correctiveEventIDs.every(isUri)))
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
