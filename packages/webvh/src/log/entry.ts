// One line of `did.jsonl`: strict parse, exact format, and the byte forms that are hashed and signed.
import {
  type CanonicalJson,
  canonicalize,
  type DataIntegrityProof,
  DppError,
  encodeBase58btc,
  encodeMultihash,
  isDppError,
  isJsonObject,
  type Json,
  type JsonObject,
  parseCanonical,
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

/** An entry as it was read, with the texts that are hashed and signed. */
export type ReadEntry = {
  readonly entry: LogEntry
  /** Its JCS text, proof included. */
  readonly text: string
  readonly content: ContentText
}

/** The JCS text of an entry without proof, for any `versionId`: what is hashed and what is signed differ only in it. */
export type ContentText = (versionId: string) => string

/**
 * Parses one line: strict JSON, exactly the five properties of an entry, each of its type, at least one proof.
 *
 * `proof` must be an array: the text says so, although the published JSON Schema also allows a single object.
 * @throws ERR_DPP_LOG_SYNTAX, ERR_DPP_LOG_LIMIT, ERR_DPP_LOG_PROOF; core's ERR_DPP_JSON_… code is the `cause`
 */
export function parseEntry(line: string): LogEntry {
  return readEntry(line).entry
}

/** Parses as {@link parseEntry} does. Canonical lines, which is how every entry is published, are not written again. */
export function readEntry(line: string): ReadEntry {
  const read = parseLine(line)
  if (read === undefined) throw syntax('it is not a JSON object')
  const { object, members, text } = read
  const { versionId, versionTime, parameters, state, proof } = object
  if (typeof versionId !== 'string') throw syntax('versionId is not a string')
  if (typeof versionTime !== 'string') throw syntax('versionTime is not a string')
  if (!isJsonObject(parameters)) throw syntax('parameters is not an object')
  if (!isJsonObject(state)) throw syntax('state is not an object')
  if (!Array.isArray(proof) || proof.length === 0) throw syntax('proof is not an array of proofs')
  if (members.length !== 5) throw syntax('it has properties that an entry does not have')
  const entry = { versionId, versionTime, parameters, state, proof: proof.map(parseEntryProof) }
  // RFC 8785 §3.2.3 puts the five names in this order: parameters, proof, state, versionId, versionTime.
  const [ofParameters, , ofState, , ofTime] = members.map((member) => member.text)
  return { entry, text, content: joinContent(`${ofParameters},${ofState}`, `${ofTime}`) }
}

/** The line of an entry as this package writes it: its JCS text and a line feed. */
export function formatEntry(entry: LogEntry): string {
  return `${canonicalize(entry)}\n`
}

/** The {@link ContentText} of an entry that is being written. */
export function contentText({ parameters, state, versionTime }: EntryContent): ContentText {
  return joinContent(
    `"parameters":${canonicalize(parameters)},"state":${canonicalize(state)}`,
    `"versionTime":${canonicalize(versionTime)}`,
  )
}

// The large members are written once, however many versionIds they are put beside.
function joinContent(before: string, after: string): ContentText {
  return (versionId) => `{${before},"versionId":${canonicalize(versionId)},${after}}`
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
  const sorted = hasPlaceholderInName(text) ? parseLine(text)?.text : text
  return hashText(sorted ?? text)
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

function parseLine(line: string): CanonicalJson | undefined {
  try {
    return parseCanonical(line)
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
