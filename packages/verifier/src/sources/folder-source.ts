// Evidence from folders: a mirror on disk, or the store of an operator. How a file is read comes in as an argument.
import type { EvidenceSource } from './source.ts'

/** Which folders stand for which hosts, and how a file is read. */
export type FolderSourceOptions = {
  /** Public host (with `:port` where the DID has one) → folder; a URL's path is looked up below it. */
  readonly folders: Readonly<Record<string, string>>
  /** Reads one file; undefined where there is none. Anything it throws is an outage. */
  readFile(path: string): Promise<Uint8Array | undefined>
}

/** A source over folders. A host that no folder stands for is an outage, not an absence: it was never looked at. */
export function createFolderSource({ folders, readFile }: FolderSourceOptions): EvidenceSource {
  return {
    async read(url) {
      const { host, pathname } = new URL(url) // Dot segments end here: what is left lies below the folder.
      if (!Object.hasOwn(folders, host)) {
        return { status: 'unreachable', cause: 'failed', detail: `no folder for ${host}` }
      }
      const folder = String(folders[host]).replace(/\/+$/, '')
      // Encoded separators would come alive in a file system: no file of ours has any.
      if (/%(2f|5c|00)/i.test(pathname)) return { status: 'absent', detail: 'no such file' }
      const body = await readFile(`${folder}${pathname}`)
      return body === undefined
        ? { status: 'absent', detail: 'no such file' }
        : { status: 'found', body }
    },
  }
}
