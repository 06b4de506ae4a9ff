// The files of the repository that people write: what is installed, built or being made by a test beside this one is left out.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../release/packages.ts'

/** Paths from the repository's root, sorted, of every file below `folder`. */
export function repositoryFiles(folder = ''): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules' && name !== 'dist')
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? repositoryFiles(path) : [path]
    })
    .toSorted()
}
