// A software bill of materials for each package (CycloneDX), from the lock file.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPackages, repository } from './packages.ts'

/** Writes `<folder>.cdx.json` for each package and returns what each lists. Throws where one lists less than its manifest. */
export function writeSboms(out: string): string[] {
  return readPackages().map(({ folder, name }) => {
    const file = join(out, `${folder}.cdx.json`)
    const args = ['--filter', name, 'sbom', '--sbom-format', 'cyclonedx', '--prod', '--out', file]
    execFileSync('pnpm', args, { cwd: repository, stdio: ['ignore', 'ignore', 'pipe'] })
    const { components } = JSON.parse(readFileSync(file, 'utf8')) as {
      components: readonly { readonly name: string; readonly group?: string }[]
    }
    const listed = new Set(
      components.map((each) => [each.group, each.name].filter(Boolean).join('/')),
    )
    const missing = dependenciesOf(folder).filter((dependency) => !listed.has(dependency))
    if (missing.length > 0) throw new Error(`the SBOM of ${name} lacks ${missing.join(', ')}`)
    return `${name} ${components.length}`
  })
}

function dependenciesOf(folder: string): string[] {
  const manifest = readFileSync(join(repository, 'packages', folder, 'package.json'), 'utf8')
  const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: Record<string, string> }
  return Object.keys(dependencies)
}
