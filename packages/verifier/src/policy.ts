// The trust policy: whom and what a verifier believes. It comes from the verifier's side, never from the files that
// are verified. Format: docs/spec/trust-policy.md, version 1.
import { registries } from '@dpp/anchor'
import { type Json, readTime as parsedTime, parseStrict } from '@dpp/core'
import { verifierError } from './errors.ts'
import { readDid } from './sources/layout.ts'

/** How deep a block must lie before what it holds counts. */
export type Finality = 'finalized' | 'safe' | { readonly depth: number }

/** An account whose anchors count, if they were made within the window (block time; both ends optional). */
export type TrustedAnchorer = {
  readonly address: string
  readonly from: Date | undefined
  readonly until: Date | undefined
}

/** A registry contract on a chain. A chain with several registries has several of these. */
export type TrustedRegistry = {
  /** CAIP-2. */
  readonly id: string
  /** Lower-case address. */
  readonly registry: string
  /** Keccak-256 of the contract's code, checked where the reader is able to. */
  readonly codeHash: string | undefined
  /** Undefined: any account, and the anchor proves time only. */
  readonly anchorers: readonly TrustedAnchorer[] | undefined
  readonly finality: Finality
  /** Block hashes that the verifier trusts by itself: what offline evidence is held against. */
  readonly trustedBlocks: readonly { readonly number: string; readonly hash: string }[]
}

/** An issuer that may speak about any product, or only through some types of event. */
export type TrustedIssuer = {
  readonly did: string
  readonly types: readonly string[] | undefined
}

/** Whom the caller believes, as `parsePolicy` reads it (docs/spec/trust-policy.md). No file that is verified can change it. */
export type TrustPolicy = {
  readonly chains: readonly TrustedRegistry[]
  /** Beside the product's controller, who may always speak about it. */
  readonly issuers: readonly TrustedIssuer[]
  readonly allowDidKey: boolean
  /** After this the lack of a final anchor is no longer `pending` but `indeterminate`. */
  readonly maxPendingAgeSeconds: number
  /** Freshness: the newest anchor may be this old. */
  readonly maxAgeSeconds: number | undefined
  /** Whether withheld events lower the product to `indeterminate`. */
  readonly requireDisclosure: boolean
  /** The newest version seen before, by SCID. */
  readonly lastSeen: ReadonlyMap<string, string>
}

/**
 * Parses a trust policy: the text of a policy file, or the JSON value of one.
 *
 * Every member is optional and has a default; a member that the format does not know is refused, since a
 * misspelt restriction would otherwise restrict nothing. Without `chains` the published registries count.
 *
 * @throws ERR_DPP_POLICY_INVALID with the place of the fault.
 */
export function parsePolicy(input: unknown): TrustPolicy {
  const given = typeof input === 'string' || input instanceof Uint8Array ? parseText(input) : input
  const {
    type: _,
    version: _1,
    ...policy
  } = readObject(
    {
      type: optional(oneOf('DppTrustPolicy'), 'DppTrustPolicy'),
      version: optional(oneOf(1), 1),
      chains: optional(listOf(readRegistry), registries.map(publishedRegistry)),
      issuers: optional(listOf(readIssuer), []),
      allowDidKey: optional(oneOf(true, false), false),
      maxPendingAgeSeconds: optional(readCount, 24 * 3600),
      maxAgeSeconds: optional(readCount, undefined),
      requireDisclosure: optional(oneOf(true, false), false),
      lastSeen: optional(readLastSeen, new Map()),
    },
    given,
    'policy',
  )
  return policy
}

const ADDRESS = /^0x[0-9a-f]{40}$/
const HASH = /^0x[0-9a-f]{64}$/
const CHAIN = /^eip155:(0|[1-9][0-9]{0,31})$/
const DECIMAL = /^(0|[1-9][0-9]{0,20})$/
const VERSION_ID = /^[1-9][0-9]{0,15}-[1-9A-HJ-NP-Za-km-z]{46}$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/

/** Reads one value, or throws what is wrong with it and where it stands. */
type Reader<T> = (value: unknown, place: string) => T

function publishedRegistry({
  chain,
  address,
  codeHash,
}: (typeof registries)[number]): TrustedRegistry {
  return readRegistry({ id: chain, registry: address, codeHash }, chain)
}

function readRegistry(value: unknown, place: string): TrustedRegistry {
  return readObject(
    {
      id: textOf(CHAIN, 'an eip155 chain id (CAIP-2)'),
      registry: textOf(ADDRESS, 'a lower-case address'),
      codeHash: optional(readHash, undefined),
      anchorers: optional(listOf(readAnchorer), undefined),
      finality: optional(readFinality, 'finalized'),
      trustedBlocks: optional(listOf(readBlock), []),
    },
    value,
    place,
  )
}

function readAnchorer(value: unknown, place: string): TrustedAnchorer {
  return readObject(
    {
      address: textOf(ADDRESS, 'a lower-case address'),
      from: optional(readTime, undefined),
      until: optional(readTime, undefined),
    },
    typeof value === 'string' ? { address: value } : value,
    place,
  )
}

function readIssuer(value: unknown, place: string): TrustedIssuer {
  return readObject(
    { did: readIssuerDid, types: optional(listOf(textOf(/./, 'a text')), undefined) },
    typeof value === 'string' ? { did: value } : value,
    place,
  )
}

function readBlock(value: unknown, place: string): TrustedRegistry['trustedBlocks'][number] {
  return readObject(
    { number: textOf(DECIMAL, 'a decimal number as text'), hash: readHash },
    value,
    place,
  )
}

function readFinality(value: unknown, place: string): Finality {
  if (value === 'finalized' || value === 'safe') return value
  if (typeof value === 'string') throw invalid(place, 'is not finalized, safe or {"depth": blocks}')
  return readObject({ depth: readCount }, value, place)
}

function readLastSeen(value: unknown, place: string): ReadonlyMap<string, string> {
  const readVersionId = textOf(VERSION_ID, 'a versionId')
  const pairs = Object.entries(assertObject(value, place)).map(([did, versionId]) => {
    const scid = readDid(did)?.scid
    if (scid === undefined) throw invalid(place, `names ${did}, which is not a did:webvh`)
    return [scid, readVersionId(versionId, `${place}.${did}`)] as const
  })
  return new Map(pairs)
}

function readIssuerDid(value: unknown, place: string): string {
  if (typeof value === 'string' && (value.startsWith('did:key:') || readDid(value) !== undefined))
    return value
  throw invalid(place, 'is neither a did:webvh nor a did:key')
}

function readHash(value: unknown, place: string): string {
  return textOf(HASH, '0x and 64 lower-case hex digits')(value, place)
}

function readTime(value: unknown, place: string): Date {
  const time = parsedTime(textOf(TIME, 'an RFC 3339 time in UTC')(value, place))
  if (time === undefined) throw invalid(place, 'is not a time')
  return time
}

function readCount(value: unknown, place: string): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value)
  throw invalid(place, 'is not a whole number from 0')
}

/** Reads each member by its name; a member that has no reader is refused. */
function readObject<T extends object>(
  readers: { readonly [Name in keyof T]: Reader<T[Name]> },
  value: unknown,
  place: string,
): T {
  const members = assertObject(value, place)
  for (const name of Object.keys(members)) {
    if (!Object.hasOwn(readers, name))
      throw invalid(place, `has a member that is not known: ${name}`)
  }
  // Members of the policy itself are named as they stand in the file.
  const prefix = place === 'policy' ? '' : `${place}.`
  const read = Object.entries<Reader<unknown>>(readers).map(([name, reader]) => [
    name,
    reader(Object.hasOwn(members, name) ? members[name] : undefined, prefix + name),
  ])
  return Object.fromEntries(read) as T
}

function optional<T, Absent>(read: Reader<T>, absent: Absent): Reader<T | Absent> {
  return (value, place) => (value === undefined ? absent : read(value, place))
}

function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw invalid(place, 'is not a list')
    return value.map((item: unknown, index) => read(item, `${place}[${index}]`))
  }
}

function oneOf<T>(...known: readonly T[]): Reader<T> {
  return (value, place) => {
    if (known.includes(value as T)) return value as T
    throw invalid(place, `is not ${known.join(' or ')}`)
  }
}

function textOf(pattern: RegExp, what: string): Reader<string> {
  return (value, place) => {
    if (typeof value === 'string' && pattern.test(value)) return value
    throw invalid(place, `is not ${what}`)
  }
}

function assertObject(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>
  throw invalid(place, 'is not an object')
}

function parseText(input: string | Uint8Array): Json {
  try {
    return parseStrict(input)
  } catch (cause) {
    throw verifierError('ERR_DPP_POLICY_INVALID', 'the policy is not strict JSON', { cause })
  }
}

function invalid(place: string, fault: string): Error {
  return verifierError('ERR_DPP_POLICY_INVALID', `${place} ${fault}`)
}
