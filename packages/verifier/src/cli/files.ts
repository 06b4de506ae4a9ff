// Files as dpp-verify reads them: at once, since a thread that verifies has nothing else to do meanwhile.
import { readFileSync } from 'node:fs'

/** A file's bytes; undefined where there is none. */
export function readFileIfAny(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // A folder, or a path through a file, holds no such file either.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw error
  }
}
