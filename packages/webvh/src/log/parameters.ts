// The `parameters` of a log entry: types, allowed values and defaults (did:webvh v1.0, "DID Method Parameters").
import { DppError, type Json, type JsonObject } from '@dpp/core'
import { parseWitness, type Witness } from '../witness/witness-list.ts'
import { isUpdateKey } from './update-key.ts'

/** The parameters in force after an entry, with defaults filled in. `witness` is absent while there are none. */
export type Parameters = {
  readonly method: 'did:webvh:1.0'
  readonly scid: string
  readonly updateKeys: readonly string[]
  readonly nextKeyHashes: readonly string[]
  readonly witness?: Witness
  readonly watchers: readonly string[]
  readonly portable: boolean
  readonly deactivated: boolean
  readonly ttl: number
}

/** The parameters that an entry states, checked one by one. An absent member keeps the earlier value. */
export type StatedParameters = {
  readonly [Name in keyof Parameters]?: Parameters[Name] | undefined
}

/** What an entry states, and the names it set to the deprecated `null`. */
export type ParsedParameters = {
  readonly stated: StatedParameters
  readonly nulls: readonly string[]
}

const defaults = {
  updateKeys: [],
  nextKeyHashes: [],
  watchers: [],
  witness: undefined,
  portable: false,
  deactivated: false,
  ttl: 3600,
} as const

/**
 * Parses the `parameters` object of one entry: only known names, each with an allowed value.
 *
 * `null` counts as the parameter's default, as the specification asks of resolvers; writers refuse it.
 * @throws ERR_DPP_LOG_METHOD, ERR_DPP_LOG_PARAMETER
 */
export function parseParameters(value: JsonObject): ParsedParameters {
  const stated: Record<string, unknown> = {}
  const nulls: string[] = []
  for (const [name, given] of Object.entries(value)) {
    // "The parameters object MUST only include properties defined" in this version.
    if (!Object.hasOwn(parsers, name)) throw invalid('(a name)', 'is not defined in did:webvh:1.0')
    if (given === null && Object.hasOwn(defaults, name)) {
      stated[name] = defaults[name as keyof typeof defaults]
      nulls.push(name)
    } else stated[name] = parsers[name as keyof Parameters](given)
  }
  return { stated, nulls }
}

/** The parameters in force once `stated` is applied on top of those before it (defaults before the first entry). */
export function applyParameters(
  before: Parameters | undefined,
  stated: StatedParameters,
): Parameters {
  return { ...(before ?? defaults), ...stated } as Parameters
}

const parsers: { readonly [Name in keyof Parameters]-?: (value: Json | undefined) => unknown } = {
  method(value) {
    // Exactly one value is known: unknown ones are never downgraded, defaulted or ignored.
    if (value === 'did:webvh:1.0') return value
    throw new DppError('ERR_DPP_LOG_METHOD', 'parameters.method is not "did:webvh:1.0"')
  },
  scid: (value) => check('scid', typeof value === 'string', value),
  updateKeys: (value) => check('updateKeys', isList(value, isUpdateKey), value),
  // Members may be "just random strings": only their type is fixed.
  nextKeyHashes: (value) =>
    check(
      'nextKeyHashes',
      isList(value, () => true),
      value,
    ),
  witness: (value) => parseWitness(value),
  watchers: (value) => check('watchers', isList(value, URL.canParse), value),
  portable: (value) => check('portable', typeof value === 'boolean', value),
  deactivated: (value) => check('deactivated', typeof value === 'boolean', value),
  // "an unsigned integer … with a range of 0 to 2^31".
  ttl: (value) =>
    check('ttl', Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 2 ** 31, value),
}

function isList(value: Json | undefined, isMember: (text: string) => boolean): boolean {
  return (
    Array.isArray(value) && value.every((member) => typeof member === 'string' && isMember(member))
  )
}

function check(name: string, valid: boolean, value: Json | undefined): Json | undefined {
  if (!valid) throw invalid(name, 'has a value of the wrong type or form')
  return value
}

function invalid(name: string, reason: string): DppError {
  return new DppError('ERR_DPP_LOG_PARAMETER', `parameters.${name} ${reason}`)
}
