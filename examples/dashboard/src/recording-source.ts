// Wraps evidence sources so that the page can show each file as it is read, and keep the bytes that were judged.
import type { EvidenceSource, Reading } from '@dpp/verifier'

/** One file that a verification asked for. */
export type FileRead = {
  readonly url: string
  readonly status: Reading['status']
  readonly bytes: number
  readonly elapsedMs: number
}

/** Reads from `source`, tells of each file, and keeps what was found in `files`. */
export function recordReads(
  source: EvidenceSource,
  files: Map<string, Uint8Array>,
  tell: (read: FileRead) => void,
): EvidenceSource {
  return {
    async read(url, options) {
      const started = performance.now()
      const done = (status: Reading['status'], bytes: number): void =>
        tell({ url, status, bytes, elapsedMs: performance.now() - started })
      try {
        const reading = await source.read(url, options)
        if (reading.status === 'found') files.set(url, reading.body)
        done(reading.status, reading.status === 'found' ? reading.body.length : 0)
        return reading
      } catch (error) {
        done('unreachable', 0)
        throw error
      }
    },
  }
}

/**
 * Files that a person brought, by public URL. What is not among them says nothing: unlike a server's 404, a missing
 * file here may simply have stayed at home.
 */
export function createBroughtSource(files: ReadonlyMap<string, Uint8Array>): EvidenceSource {
  return {
    async read(url) {
      const body = files.get(url)
      if (body !== undefined) return { status: 'found', body }
      return { status: 'unreachable', cause: 'failed', detail: 'not among the files brought' }
    },
  }
}
