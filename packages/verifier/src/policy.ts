// The trust policy: whom and what a verifier believes. It comes from the verifier's side, never from the files that
// are verified. Format: docs/spec/trust-policy.md, version 1.
import { registries } from '@dpp/anchor'
import { isDppError, type Json, parseStrict } from '@dpp/core'
import { parseDid } from '@dpp/webvh'
import { verifierError } from './errors.ts'

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
  const policy = readObject(
    typeof input === 'string' || input instanceof Uint8Array ? parseText(input) : input,
    'policy',
    [
      'type',
      'version',
      'chains',
      'issuers',
      'allowDidKey',
      'maxPendingAgeSeconds',
      'maxAgeSeconds',
      'requireDisclosure',
      'lastSeen',
    ],
  )
  if (policy['type'] !== undefined && policy['type'] !== 'DppTrustPolicy')
    throw invalid('type', 'is not DppTrustPolicy')
  if (policy['version'] !== undefined && policy['version'] !== 1)
    throw invalid('version', 'is not 1')
  return {
    chains: readList(policy['chains'], 'chains', readRegistry) ?? registries.map(publishedRegistry),
    issuers: readList(policy['issuers'], 'issuers', readIssuer) ?? [],
    allowDidKey: readFlag(policy['allowDidKey'], 'allowDidKey') ?? false,
    maxPendingAgeSeconds:
      readSeconds(policy['maxPendingAgeSeconds'], 'maxPendingAgeSeconds') ?? 24 * 3600,
    maxAgeSeconds: readSeconds(policy['maxAgeSeconds'], 'maxAgeSeconds'),
    requireDisclosure: readFlag(policy['requireDisclosure'], 'requireDisclosure') ?? false,
    lastSeen: readLastSeen(policy['lastSeen']),
  }
}

const ADDRESS = /^0x[0-9a-f]{40}$/
const HASH = /^0x[0-9a-f]{64}$/
const CHAIN = /^eip155:(0|[1-9][0-9]{0,31})$/
const DECIMAL = /^(0|[1-9][0-9]{0,20})$/
const VERSION_ID = /^[1-9][0-9]{0,15}-[1-9A-HJ-NP-Za-km-z]{46}$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/

type Members = Readonly<Record<string, unknown>>

function publishedRegistry({
  chain,
  address,
  codeHash,
}: (typeof registries)[number]): TrustedRegistry {
  return {
    id: chain,
    registry: address,
    codeHash,
    anchorers: undefined,
    finality: 'finalized',
    trustedBlocks: [],
  }
}

function readRegistry(value: unknown, place: string): TrustedRegistry {
  const chain = readObject(value, place, [
    'id',
    'registry',
    'codeHash',
    'anchorers',
    'finality',
    'trustedBlocks',
  ])
  return {
    id: readText(chain['id'], `${place}.id`, CHAIN, 'an eip155 chain id (CAIP-2)'),
    registry: readText(chain['registry'], `${place}.registry`, ADDRESS, 'a lower-case address'),
    codeHash:
      chain['codeHash'] === undefined
        ? undefined
        : readText(chain['codeHash'], `${place}.codeHash`, HASH, '0x and 64 lower-case hex digits'),
    anchorers: readList(chain['anchorers'], `${place}.anchorers`, readAnchorer),
    finality: readFinality(chain['finality'], `${place}.finality`),
    trustedBlocks: readList(chain['trustedBlocks'], `${place}.trustedBlocks`, readBlock) ?? [],
  }
}

function readAnchorer(value: unknown, place: string): TrustedAnchorer {
  const anchorer =
    typeof value === 'string'
      ? { address: value }
      : readObject(value, place, ['address', 'from', 'until'])
  return {
    address: readText(anchorer['address'], `${place}.address`, ADDRESS, 'a lower-case address'),
    from: readTime(anchorer['from'], `${place}.from`),
    until: readTime(anchorer['until'], `${place}.until`),
  }
}

function readIssuer(value: unknown, place: string): TrustedIssuer {
  const issuer =
    typeof value === 'string' ? { did: value } : readObject(value, place, ['did', 'types'])
  const did = issuer['did']
  if (typeof did !== 'string' || !(did.startsWith('did:key:') || isWebvhDid(did))) {
    throw invalid(`${place}.did`, 'is neither a did:webvh nor a did:key')
  }
  return { did, types: readList(issuer['types'], `${place}.types`, readAnyText) }
}

function readFinality(value: unknown, place: string): Finality {
  if (value === undefined) return 'finalized'
  if (value === 'finalized' || value === 'safe') return value
  const { depth } = readObject(value, place, ['depth']) as { depth?: unknown }
  if (!isCount(depth)) throw invalid(place, 'is not "finalized", "safe" or {"depth": blocks}')
  return { depth }
}

function readBlock(value: unknown, place: string): { number: string; hash: string } {
  const block = readObject(value, place, ['number', 'hash'])
  return {
    number: readText(block['number'], `${place}.number`, DECIMAL, 'a decimal number as text'),
    hash: readText(block['hash'], `${place}.hash`, HASH, '0x and 64 lower-case hex digits'),
  }
}

function readLastSeen(value: unknown): ReadonlyMap<string, string> {
  const seen = new Map<string, string>()
  if (value === undefined) return seen
  for (const [did, versionId] of Object.entries(readObject(value, 'lastSeen'))) {
    if (!isWebvhDid(did)) throw invalid('lastSeen', `${did} is not a did:webvh`)
    seen.set(parseDid(did).scid, readText(versionId, `lastSeen.${did}`, VERSION_ID, 'a versionId'))
  }
  return seen
}

function readObject(value: unknown, place: string, known?: readonly string[]): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(place, 'is not an object')
  const unknown = known && Object.keys(value).find((name) => !known.includes(name))
  if (unknown !== undefined) throw invalid(place, `has a member that is not known: ${unknown}`)
  return value as Members
}

function readList<T>(
  value: unknown,
  place: string,
  read: (item: unknown, place: string) => T,
): T[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw invalid(place, 'is not a list')
  return value.map((item: unknown, index) => read(item, `${place}[${index}]`))
}

function readText(value: unknown, place: string, pattern: RegExp, what: string): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw invalid(place, `is not ${what}`)
  return value
}

function readAnyText(value: unknown, place: string): string {
  return readText(value, place, /./, 'a text')
}

function readTime(value: unknown, place: string): Date | undefined {
  if (value === undefined) return undefined
  const time = new Date(readText(value, place, TIME, 'an RFC 3339 time in UTC'))
  if (Number.isNaN(time.getTime())) throw invalid(place, 'is not a time')
  return time
}

function readFlag(value: unknown, place: string): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean')
    throw invalid(place, 'is neither true nor false')
  return value
}

function readSeconds(value: unknown, place: string): number | undefined {
  if (value === undefined) return undefined
  if (!isCount(value)) throw invalid(place, 'is not a whole number of seconds')
  return value
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isWebvhDid(did: string): boolean {
  try {
    parseDid(did)
    return true
  } catch (error) {
    if (isDppError(error)) return false
    throw error
  }
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
