// The texts of a request as Redis keeps them: compressed, a few dozen events together. Events of one request are alike, so
// that they take a tenth of the memory, and of the work to send and to flush them. Pieces, because one event must be quick
// to read, and because long strings cost the service page faults.
import { deflateRawSync, inflateRawSync } from 'node:zlib'

const PIECE_BYTES = 65_536
const FASTEST = { level: 1 }

export type PackedTexts = {
  readonly pieces: readonly Uint8Array[]
  /** Of each text the number of its piece, from 1, its first byte in that, and how many it has, separated by spaces. */
  readonly places: readonly string[]
}

/** A text that is longer than a piece is a piece of its own. */
export function packTexts(texts: readonly string[]): PackedTexts {
  const pieces: Uint8Array[] = []
  const places: string[] = []
  let open: string[] = []
  let size = 0
  for (const text of texts) {
    const bytes = Buffer.byteLength(text)
    if (size > 0 && size + bytes > PIECE_BYTES) {
      pieces.push(packPiece(Buffer.from(open.join(''))))
      open = []
      size = 0
    }
    places.push(`${pieces.length + 1} ${size} ${bytes}`)
    open.push(text)
    size += bytes
  }
  return { pieces: [...pieces, packPiece(Buffer.from(open.join('')))], places }
}

/** The bytes of one text. */
export function unpackText(piece: Uint8Array, from: number, size: number): Uint8Array {
  return new Uint8Array(inflateRawSync(piece).subarray(from, from + size))
}

/** The piece with blanks in the place of one text. */
export function blankText(piece: Uint8Array, from: number, size: number): Uint8Array {
  return packPiece(inflateRawSync(piece).fill(' ', from, from + size))
}

function packPiece(bytes: Uint8Array): Uint8Array {
  return deflateRawSync(bytes, FASTEST)
}
