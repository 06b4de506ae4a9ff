// The five packages that are published, and their public entries, read from their manifests.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const repository: string = join(import.meta.dirname, '..')

/** A published package: its folder below `packages/`, its name, and each public entry with its type declarations. */
export type PublishedPackage = {
  readonly folder: string
  readonly name: string
  readonly version: string
  readonly entries: readonly { readonly name: string; readonly types: string }[]
}

type Manifest = {
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, { readonly types: string }>>
}

export function readPackages(root: string = repository): PublishedPackage[] {
  return readdirSync(join(root, 'packages')).map((folder) => {
    const path = join(root, 'packages', folder, 'package.json')
    const { name, version, exports } = JSON.parse(readFileSync(path, 'utf8')) as Manifest
    const entries = Object.entries(exports).map(([entry, { types }]) => ({
      name: entry === '.' ? 'index' : entry.slice(2),
      types: join(root, 'packages', folder, types),
    }))
    return { folder, name, version, entries }
  })
}
