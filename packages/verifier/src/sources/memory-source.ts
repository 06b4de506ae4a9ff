// Evidence that is already in memory: tests, a page that brought its own files, an unpacked pack.
import { encodeUtf8 } from '@dpp/core'
import type { EvidenceSource } from './source.ts'

/**
 * A source over given files, by their public URL; what is not among them is absent.
 *
 * `unreachable` names URLs that shall answer as an outage. The files are not copied: do not change them
 * while a verification runs.
 */
export function createMemorySource(
  files: Readonly<Record<string, Uint8Array | string>> | ReadonlyMap<string, Uint8Array | string>,
  { unreachable = [] }: { readonly unreachable?: readonly string[] } = {},
): EvidenceSource {
  const byUrl = new Map(files instanceof Map ? files : Object.entries(files))
  const out = new Set(unreachable)
  return {
    async read(url) {
      if (out.has(url)) return { status: 'unreachable', cause: 'network', detail: 'unreachable' }
      const file = byUrl.get(url)
      if (file === undefined) return { status: 'absent', detail: 'not among the files' }
      const body = typeof file === 'string' ? encodeUtf8(file) : file
      byUrl.set(url, body) // Encoded once, however often it is read.
      return { status: 'found', body }
    },
  }
}
