// Anchors: the records of where a root stands, as witness and batch files carry them.
import { canonicalize, isJsonObject, type Json, type JsonObject, readTime } from '@dpp/core'
import { isHashText } from '../tree/hash-text.ts'

/** An anchor in a registry contract of an EVM chain. All but chain, registry and anchorer are hints. */
export type EvmAnchor = {
  readonly type: 'evm-registry'
  /** CAIP-2, for example `eip155:11155111`. */
  readonly chain: string
  /** Addresses are lower-case. */
  readonly registry: string
  readonly anchorer: string
  readonly batchId: string
  readonly transactionHash: string
  readonly block: {
    readonly number: string
    readonly hash: string
    /** RFC 3339, whole seconds, UTC. */
    readonly timestamp: string
  }
}

/** An anchor of a type that this version does not know: kept as it is, and never a reason to believe. */
export type UnknownAnchor = JsonObject & { readonly type: string }

/** Where a root is recorded (docs/spec/witness-file.md). A type that is not known here is kept as it is and proves nothing. */
export type Anchor = EvmAnchor | UnknownAnchor

const CHAIN = /^eip155:(0|[1-9][0-9]{0,31})$/
const ADDRESS = /^0x[0-9a-f]{40}$/
const DECIMAL = /^(0|[1-9][0-9]{0,77})$/ // Up to 2^256.
const SECONDS = /^.{19}Z$/ // Without a fraction.

/** Tells whether an anchor is of the type `evm-registry`. */
export function isEvmAnchor(anchor: Anchor): anchor is EvmAnchor {
  return anchor.type === 'evm-registry'
}

/** Tells whether a JSON value is an anchor: of a known type with all its members, or of an unknown type. */
export function isAnchor(value: Json | undefined): value is Anchor {
  if (!isJsonObject(value) || typeof value['type'] !== 'string') return false
  return value['type'] !== 'evm-registry' || isEvmRecord(value)
}

/**
 * Adds anchors of one root to the anchors it has.
 *
 * Identity is (chain, registry, anchorer), and the root that the list belongs to: one with the same
 * identity replaces the earlier record in its place, every other is added at the end, and nothing is
 * removed. An anchor of an unknown type is only ever the same as its exact copy.
 */
export function mergeAnchors(anchors: readonly Anchor[], added: readonly Anchor[]): Anchor[] {
  const merged = new Map<string, Anchor>()
  for (const anchor of [...anchors, ...added]) merged.set(anchorIdentity(anchor), anchor)
  return [...merged.values()]
}

function anchorIdentity(anchor: Anchor): string {
  if (!isEvmAnchor(anchor)) return canonicalize(anchor)
  return `${anchor.type} ${anchor.chain} ${anchor.registry} ${anchor.anchorer}`
}

function isEvmRecord(record: JsonObject): boolean {
  const block = record['block']
  return (
    isTextOf(CHAIN, record['chain']) &&
    isTextOf(ADDRESS, record['registry']) &&
    isTextOf(ADDRESS, record['anchorer']) &&
    isTextOf(DECIMAL, record['batchId']) &&
    isHashText(record['transactionHash']) &&
    isJsonObject(block) &&
    isTextOf(DECIMAL, block['number']) &&
    isHashText(block['hash']) &&
    isWholeSecond(block['timestamp'])
  )
}

function isWholeSecond(value: Json | undefined): boolean {
  return isTextOf(SECONDS, value) && readTime(value) !== undefined
}

function isTextOf(pattern: RegExp, value: Json | undefined): boolean {
  return typeof value === 'string' && pattern.test(value)
}
