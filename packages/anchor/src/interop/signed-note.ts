// C2SP signed-note v1.0.0: a text and signatures over it, with Ed25519 keys (signature type 0x01).
import { encodeUtf8, sha256, verifyEd25519 } from '@dpp/core'
import { isSameBytes } from '../bytes.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import type { LogVerifier, RootSigner } from './root-signer.ts'

export type NoteSignature = {
  readonly name: string
  /** Key ID (4 bytes) and signature. */
  readonly bytes: Uint8Array
}

export type SignedNote = {
  /** The signed text, its last newline included. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

const MAX_SIGNATURES = 100 // Verifiers accept at least 16.
const SIGNATURE_LINE = /^\u2014 (\S+) (\S+)$/u

/** Tells whether `name` may name a key: not empty, no space of any kind, no plus, no control character. */
export function isKeyName(name: string): boolean {
  return name !== '' && !/[\s+\p{Cc}\p{Cs}]/u.test(name)
}

/** Signs `text`, which ends with a newline, and writes the note. */
export async function signNote(text: string, name: string, signer: RootSigner): Promise<string> {
  const signature = await signer.sign(encodeUtf8(text))
  const bytes = new Uint8Array([...keyId(name, signer.publicKey), ...signature])
  return `${text}\n\u2014 ${name} ${encodeBase64(bytes)}\n`
}

/** Reads a note; `undefined` when it breaks the format. It says nothing about the signatures. */
export function parseNote(note: string): SignedNote | undefined {
  if (/(?!\n)[\p{Cc}\p{Cs}]/u.test(note)) return undefined // Control characters, lone surrogates.
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) return undefined
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) return undefined
  const signatures = lines.flatMap((line) => parseSignature(line) ?? [])
  return signatures.length === lines.length
    ? { text: note.slice(0, split + 1), signatures }
    : undefined
}

/**
 * Tells whether the note is signed by the verifier's key. Signatures of other keys are ignored; one that
 * claims to be by this key (its name and key ID) and is not spoils the note.
 */
export function isNoteSignedBy(note: SignedNote, { origin, publicKey }: LogVerifier): boolean {
  const id = keyId(origin, publicKey)
  const claimed = note.signatures.filter(
    ({ name, bytes }) => name === origin && isSameBytes(bytes.subarray(0, 4), id),
  )
  const text = encodeUtf8(note.text)
  return (
    claimed.length > 0 &&
    claimed.every(({ bytes }) => verifyEd25519(publicKey, text, bytes.subarray(4)))
  )
}

/** The verifier key as `note.NewVerifier` of Go reads it: name, key ID, and type with key, joined by `+`. */
export function formatVerifierKey({ origin, publicKey }: LogVerifier): string {
  const id = keyId(origin, publicKey).reduce(
    (hex, byte) => hex + byte.toString(16).padStart(2, '0'),
    '',
  )
  return `${origin}+${id}+${encodeBase64(new Uint8Array([0x01, ...publicKey]))}`
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? []
  const bytes = decodeBase64(encoded)
  return isKeyName(name) && bytes !== undefined && bytes.length > 4 ? { name, bytes } : undefined
}

// Key ID = SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)[:4].
function keyId(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(new Uint8Array([...encodeUtf8(`${name}\n`), 0x01, ...publicKey])).subarray(0, 4)
}
