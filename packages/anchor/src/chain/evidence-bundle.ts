// `<root>.evidence.json` (docs/spec/registry.md, "Evidence bundle"): header, account proof and storage proofs, which
// show an anchor to anybody who trusts the header's block hash, without the chain.
import {
  canonicalize,
  fromHex,
  isDppError,
  isJsonObject,
  type Json,
  type JsonObject,
  parseStrict,
  toHex,
} from '@dpp/core'
import { parseBlockHeader } from './block-header.ts'
import { chainError } from './chain-errors.ts'
import { formatWord, MAX_SECONDS, secondsToDate } from './chain-hex.ts'
import { type AccountProof, readAccount, readSlot } from './evidence-proof.ts'
import type { AnchorFinding, AnchorQuery } from './reader.ts'
import { registries } from './registries.ts'
import { decodeRecord, recordSlot, rootSlot } from './registry-storage.ts'

/** The bundle as JSON. It states nothing that its proofs do not show, except what is looked for. */
export type Evidence = {
  readonly type: 'DppAnchorEvidence'
  readonly version: 1
  readonly chain: string
  readonly registry: string
  readonly batchId: string
  readonly root: string
  /** RLP of the block header, hex. Its keccak-256 is the block hash to be trusted. */
  readonly header: string
  readonly accountProof: readonly string[]
  readonly rootProof: readonly string[]
  readonly recordProof: readonly string[]
}

/** Why a bundle shows nothing. */
export type EvidenceReason =
  | 'malformed'
  | 'unsupported'
  | 'proof'
  | 'code'
  | 'absent'
  | 'other-root'

export type EvidenceResult =
  | { readonly verified: true; readonly finding: AnchorFinding }
  | { readonly verified: false; readonly reason: EvidenceReason; readonly message: string }

/** Largest bundle that is read: a real one has 10 to 20 kB. */
const MAX_BYTES = 512 * 1024

/**
 * Reads a bundle strictly; nothing in it is proven yet.
 *
 * @throws ERR_DPP_EVIDENCE_INVALID ERR_DPP_EVIDENCE_UNSUPPORTED
 */
export function parseEvidence(input: Uint8Array | string): Evidence {
  let bundle: Json
  try {
    bundle = parseStrict(input, { maxBytes: MAX_BYTES })
  } catch (cause) {
    throw chainError('ERR_DPP_EVIDENCE_INVALID', 'the evidence bundle is not JSON', { cause })
  }
  if (!isJsonObject(bundle)) throw invalid('it is not an object')
  if (bundle['type'] !== 'DppAnchorEvidence') throw invalid('its type')
  if (bundle['version'] !== 1)
    throw chainError('ERR_DPP_EVIDENCE_UNSUPPORTED', 'an evidence bundle of an unknown version')
  return {
    type: 'DppAnchorEvidence',
    version: 1,
    chain: text(bundle, 'chain', /^eip155:(0|[1-9][0-9]{0,15})$/),
    registry: text(bundle, 'registry', /^0x[0-9a-f]{40}$/),
    batchId: text(bundle, 'batchId', /^(0|[1-9][0-9]{0,76})$/),
    root: text(bundle, 'root', /^0x[0-9a-f]{64}$/),
    header: text(bundle, 'header', HEX),
    accountProof: nodes(bundle, 'accountProof'),
    rootProof: nodes(bundle, 'rootProof'),
    recordProof: nodes(bundle, 'recordProof'),
  }
}

/**
 * Checks a bundle by itself: header, account, code, root and record.
 *
 * `verified` says what a chain holds **if** `finding.block.hash` is a block of it: the caller compares that hash with
 * one it trusts (`createEvidenceReader` does). Never throws, whatever the bytes.
 */
export function verifyEvidence(
  input: Uint8Array | string | Evidence,
  options: { readonly codeHashes?: readonly string[] } = {},
): EvidenceResult {
  const codeHashes = options.codeHashes ?? registries.map(({ codeHash }) => codeHash)
  const isText = typeof input === 'string' || input instanceof Uint8Array
  let evidence: Evidence | undefined
  try {
    evidence = parseEvidence(isText ? input : canonicalize(input))
    return deriveFinding(evidence, codeHashes)
  } catch (error) {
    if (!isDppError(error)) throw error
    const isNew = error.code === 'ERR_DPP_EVIDENCE_UNSUPPORTED'
    const reason = evidence !== undefined ? 'proof' : isNew ? 'unsupported' : 'malformed'
    return { verified: false, reason, message: error.message }
  }
}

/** Builds the bundle and checks it with the function that everybody else uses. @throws ERR_DPP_CHAIN_PROOF */
export function createEvidence(parts: {
  readonly chain: string
  readonly query: AnchorQuery
  readonly batchId: bigint
  readonly header: Uint8Array
  readonly proof: AccountProof
  readonly codeHashes: readonly string[]
}): Evidence {
  const { chain, query, batchId, header, proof, codeHashes } = parts
  const [rootProof = [], recordProof = []] = proof.storageProofs
  const evidence: Evidence = {
    type: 'DppAnchorEvidence',
    version: 1,
    chain,
    registry: query.registry,
    batchId: batchId.toString(),
    root: query.root,
    header: hex(header),
    accountProof: proof.accountProof.map(hex),
    rootProof: rootProof.map(hex),
    recordProof: recordProof.map(hex),
  }
  const result = verifyEvidence(evidence, { codeHashes })
  if (!result.verified) throw chainError('ERR_DPP_CHAIN_PROOF', result.message)
  return evidence
}

function deriveFinding(evidence: Evidence, codeHashes: readonly string[]): EvidenceResult {
  const refuse = (reason: EvidenceReason, message: string): EvidenceResult => ({
    verified: false,
    reason,
    message,
  })
  const header = parseBlockHeader(fromHex(evidence.header.slice(2)))
  const account = readAccount(header.stateRoot, evidence.registry, evidence.accountProof.map(bytes))
  if (account === undefined) return refuse('absent', 'the state holds no such registry')
  if (!codeHashes.includes(account.codeHash))
    return refuse('code', `the registry's code is ${account.codeHash}`)
  const batchId = BigInt(evidence.batchId)
  const proven = {
    ...account,
    accountProof: [],
    storageProofs: [evidence.rootProof.map(bytes), evidence.recordProof.map(bytes)],
  }
  const root = formatWord(readSlot(proven, rootSlot(batchId), 0))
  const { anchorer, timestampSeconds } = decodeRecord(readSlot(proven, recordSlot(batchId), 1))
  if (timestampSeconds === 0n) return refuse('absent', `there is no batch ${evidence.batchId}`)
  if (root !== evidence.root) return refuse('other-root', `batch ${evidence.batchId} holds ${root}`)
  // The registry writes the time of the block that it runs in, which the header's block is or descends from.
  if (timestampSeconds > header.timestampSeconds || header.timestampSeconds > MAX_SECONDS)
    return refuse('proof', 'the anchor is younger than the block')
  return {
    verified: true,
    finding: {
      chain: evidence.chain,
      registry: evidence.registry,
      batchId: evidence.batchId,
      root,
      anchorer,
      timestamp: secondsToDate(timestampSeconds),
      block: {
        number: header.number.toString(),
        hash: header.hash,
        timestamp: secondsToDate(header.timestampSeconds),
      },
      final: true, // Whoever trusts the block hash trusts it as final.
    },
  }
}

const HEX = /^0x([0-9a-f]{2})+$/

function text(bundle: JsonObject, name: string, pattern: RegExp): string {
  const value = bundle[name]
  if (typeof value !== 'string' || !pattern.test(value)) throw invalid(name)
  return value
}

function nodes(bundle: JsonObject, name: string): readonly string[] {
  const value = bundle[name]
  if (!Array.isArray(value) || value.length > 64) throw invalid(name)
  return value.map((node: Json) => {
    if (typeof node !== 'string' || !HEX.test(node)) throw invalid(name)
    return node
  })
}

function hex(value: Uint8Array): string {
  return `0x${toHex(value)}`
}

function bytes(value: string): Uint8Array {
  return fromHex(value.slice(2))
}

function invalid(what: string): Error {
  return chainError('ERR_DPP_EVIDENCE_INVALID', `the evidence bundle is malformed: ${what}`)
}
