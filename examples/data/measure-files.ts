// How many files of each kind a folder of published files holds, and how many bytes.
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

export type FileFigures = { readonly kind: string; readonly files: number; readonly bytes: number }

const kinds: readonly (readonly [string, RegExp])[] = [
  ['mirrors of issuers', /\/issuers\//],
  ['events', /\/events\//],
  ['batches', /\/batches\/[0-9a-f]+\.json$/],
  ['evidence of batches', /\/batches\/.*\.evidence\.json$/],
  ["the service's own log", /^\/\.well-known\/did\.jsonl$/],
  ['logs (did.jsonl)', /\/did\.jsonl$/],
  ['proofs (witness.json)', /\/witness\.json$/],
  ['other', /(?:)/],
]

/** Counts what is published under `folder`, by kind, in a fixed order. */
export async function measureFiles(folder: string): Promise<readonly FileFigures[]> {
  const totals = new Map(kinds.map(([kind]) => [kind, { files: 0, bytes: 0 }]))
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = `/${relative(folder, path).split(sep).join('/')}`
    const [kind = 'other'] = kinds.find(([, pattern]) => pattern.test(name)) ?? []
    const total = totals.get(kind)
    if (total === undefined) continue
    total.files += 1
    total.bytes += (await stat(path)).size
  }
  return [...totals]
    .filter(([, { files }]) => files > 0)
    .map(([kind, total]) => ({ kind, ...total }))
}
