// One line of `did.jsonl`: strict parse, exact format, and the byte forms that are hashed and signed.
import {
  canonicalize,
  type DataIntegrityProof,
  DppError,
  encodeBase58btc,
  encodeMultihash,
  isDppError,
  isJsonObject,
  type Json,
  type JsonObject,
  parseStrict,
  sha256,
} from '@dpp/core'

/** A DID log entry (did:webvh v1.0, "The DID Log File"). */
export type LogEntry = {
  readonly versionId: string
  readonly versionTime: string
  readonly parameters: JsonObject
  readonly state: JsonObject
  readonly proof: readonly DataIntegrityProof[]
}

/** An entry without its proof, and without a final `versionId`. */
export type EntryContent = Pick<LogEntry, 'versionTime' | 'parameters' | 'state'>

/**
 * Parses one line: strict JSON, exactly the five properties of an entry, each of its type, at least one proof.
 *
 * `proof` must be an array: the text says so, although the published JSON Schema also allows a single object.
 * @throws ERR_DPP_LOG_SYNTAX, ERR_DPP_LOG_LIMIT, ERR_DPP_LOG_PROOF; core's ERR_DPP_JSON_… code is the `cause`
 */
export function parseEntry(line: string): LogEntry {
  const value = parseLine(line)
  if (!isJsonObject(value)) throw syntax('it is not a JSON object')
  const { versionId, versionTime, parameters, state, proof } = value
  if (typeof versionId !== 'string') throw syntax('versionId is not a string')
  if (typeof versionTime !== 'string') throw syntax('versionTime is not a string')
  if (!isJsonObject(parameters)) throw syntax('parameters is not an object')
  if (!isJsonObject(state)) throw syntax('state is not an object')
  if (!Array.isArray(proof) || proof.length === 0) throw syntax('proof is not an array of proofs')
  if (Object.keys(value).length !== 5) throw syntax('it has properties that an entry does not have')
  return { versionId, versionTime, parameters, state, proof: proof.map(parseEntryProof) }
}

/** The line of an entry as this package writes it: its JCS text and a line feed. */
export function formatEntry(entry: LogEntry): string {
  return `${canonicalize(entry)}\n`
}

/**
 * The JCS text of the entry without proof, for any `versionId`: what is hashed and what is signed differ only in it.
 *
 * The two large members are canonicalized once; RFC 8785 §3.2.3 puts the four names in this order.
 */
export function contentText(content: EntryContent): (versionId: string) => string {
  const parameters = canonicalize(content.parameters)
  const state = canonicalize(content.state)
  const versionTime = canonicalize(content.versionTime)
  return (versionId) =>
    `{"parameters":${parameters},"state":${state},"versionId":${canonicalize(versionId)},"versionTime":${versionTime}}`
}

/** base58btc(multihash(text, SHA-256)), the form of entry hashes and SCIDs. */
export function hashText(text: string): string {
  return encodeBase58btc(encodeMultihash(sha256(text)))
}

/**
 * The SCID of a genesis entry, from its content with placeholders ("Generate SCID").
 *
 * The text is JCS but for one case: a placeholder inside a member's name may sort elsewhere than what it stands for.
 */
export function computeScid(text: string): string {
  return hashText(hasPlaceholderInName(text) ? canonicalize(parseLine(text)) : text)
}

// In JCS only a member's name is followed by a colon. Each string is looked at once, however many placeholders it holds.
function hasPlaceholderInName(text: string): boolean {
  const restOfString = /[^"\\]*(?:\\.[^"\\]*)*"(:?)/y
  for (
    let at = text.indexOf('{SCID}');
    at >= 0;
    at = text.indexOf('{SCID}', restOfString.lastIndex)
  ) {
    restOfString.lastIndex = at
    if (restOfString.exec(text)?.[1] !== '') return true
  }
  return false
}

function parseLine(line: string): Json {
  try {
    return parseStrict(line)
  } catch (cause) {
    const isTooMuch = isDppError(cause) && cause.code === 'ERR_DPP_JSON_LIMIT'
    if (isTooMuch) throw new DppError('ERR_DPP_LOG_LIMIT', 'the log entry is too large', { cause })
    throw new DppError('ERR_DPP_LOG_SYNTAX', 'the log entry is not strict JSON', { cause })
  }
}

// The proof's shape is checked where it is verified; here only what decides by whom.
function parseEntryProof(proof: Json): DataIntegrityProof {
  if (isJsonObject(proof) && typeof proof['verificationMethod'] === 'string')
    return proof as DataIntegrityProof
  throw new DppError('ERR_DPP_LOG_PROOF', "the entry's proof is not a Data Integrity proof")
}

function syntax(reason: string): DppError {
  return new DppError('ERR_DPP_LOG_SYNTAX', `not a did:webvh log entry: ${reason}`)
}
