// C2SP tlog-proof v1: an inclusion proof with the checkpoint (C2SP tlog-checkpoint) whose root it leads to.
//
// A log never signs two checkpoints of one origin that are not consistent. Each batch is a tree of its own:
// give each an origin of its own, for example `dpp.example.com/batches/<root>`.
import { anchorError } from '../errors.ts'
import { type InclusionPlace, verifyInclusionProof } from '../files/witness-file.ts'
import { formatHash, parseHash } from '../tree/hash-text.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import type { LogVerifier, RootSigner } from './root-signer.ts'
import { isKeyName, isNoteSignedBy, parseNote, type SignedNote, signNote } from './signed-note.ts'

export { formatVerifierKey } from './signed-note.ts'

/** A parsed proof. Nothing in it holds before `verifyTlogProof`, and `extra` not even then. */
export type TlogProof = InclusionPlace & {
  readonly origin: string
  readonly extra: Uint8Array | undefined
  readonly checkpoint: SignedNote
}

const HEADER = 'c2sp.org/tlog-proof@v1'
const NUMBER = /^(0|[1-9][0-9]{0,15})$/
const MAX_CHARACTERS = 2 ** 20

/**
 * Writes an inclusion proof as a tlog-proof whose checkpoint the given key signs under the given origin.
 *
 * Whoever signs vouches for the root: sign only roots that were read from a chain or built here.
 *
 * @throws ERR_DPP_TLOG_PROOF_INVALID when the origin is no key name, ERR_DPP_HASH_INVALID.
 */
export async function createTlogProof(
  place: InclusionPlace,
  options: { readonly origin: string; readonly signer: RootSigner; readonly extra?: Uint8Array },
): Promise<string> {
  const { origin, signer, extra } = options
  if (!isKeyName(origin)) throw invalid('the origin is no key name')
  const root = encodeBase64(parseHash(place.root))
  const checkpoint = await signNote(`${origin}\n${place.treeSize}\n${root}\n`, origin, signer)
  const lines = [
    HEADER,
    ...(extra === undefined ? [] : [`extra ${encodeBase64(extra)}`]),
    `index ${place.leafIndex}`,
    ...place.path.map((hash) => encodeBase64(parseHash(hash))),
  ]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

/**
 * Parses a tlog-proof strictly.
 *
 * @throws ERR_DPP_TLOG_PROOF_INVALID
 */
export function parseTlogProof(text: string): TlogProof {
  if (typeof text !== 'string' || text.length > MAX_CHARACTERS)
    throw invalid('not a text of at most 1 Mi characters')
  const split = text.indexOf('\n\n')
  const [header, ...lines] = text.slice(0, Math.max(split, 0)).split('\n')
  if (header !== HEADER) throw invalid('another header')
  const extra = lines[0]?.startsWith('extra ')
    ? decode(lines.shift()?.slice('extra '.length))
    : undefined
  const index = lines.shift()
  if (!index?.startsWith('index ')) throw invalid('no index')
  const path = lines.map(hashText)

  const checkpoint = parseNote(text.slice(split + 2))
  const [origin = '', size, root, ...extensions] = checkpoint?.text.slice(0, -1).split('\n') ?? []
  if (checkpoint === undefined || origin === '' || extensions.includes(''))
    throw invalid('the checkpoint')
  return {
    leafIndex: wholeNumber(index.slice('index '.length)),
    treeSize: wholeNumber(size),
    path,
    root: hashText(root),
    origin,
    extra,
    checkpoint,
  }
}

/**
 * Tells whether the proof leads from the leaf to the root of a checkpoint signed by the verifier's key,
 * for the verifier's origin. A signed checkpoint is its signer's word; it is no anchor.
 */
export function verifyTlogProof(
  proof: TlogProof,
  leafHash: Uint8Array,
  verifier: LogVerifier,
): boolean {
  if (proof.origin !== verifier.origin || !isNoteSignedBy(proof.checkpoint, verifier)) return false
  return verifyInclusionProof(proof, leafHash)
}

function hashText(line: string | undefined): string {
  const bytes = decode(line)
  if (bytes.length !== 32) throw invalid('a hash has not 32 bytes')
  return formatHash(bytes)
}

function decode(text: string | undefined): Uint8Array {
  const bytes = decodeBase64(text ?? '')
  if (bytes === undefined || text === undefined) throw invalid('not Base 64')
  return bytes
}

function wholeNumber(text: string | undefined): number {
  const value = NUMBER.test(text ?? '') ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw invalid('not a whole number below 2^53')
  return value
}

function invalid(message: string): Error {
  return anchorError('ERR_DPP_TLOG_PROOF_INVALID', message)
}
