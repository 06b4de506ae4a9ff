// A software bill of materials for each package (CycloneDX), from the lock file and the manifests of the release.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPackages } from './packages.ts'

type Sbom = {
  readonly metadata: { readonly component: { readonly version: string } }
  readonly components: readonly { readonly name: string; readonly group?: string }[]
}

/**
 * Writes `<folder>.cdx.json` for each package of the installed workspace `root` and returns what each lists. Throws where one
 * lists less than its manifest, or is of another version.
 */
export function writeSboms(root: string, out: string): string[] {
  return readPackages(root).map(({ folder, name, version }) => {
    const file = join(out, `${folder}.cdx.json`)
    const args = ['--filter', name, 'sbom', '--sbom-format', 'cyclonedx', '--prod', '--out', file]
    execFileSync('pnpm', args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
    const { metadata, components } = JSON.parse(readFileSync(file, 'utf8')) as Sbom
    if (metadata.component.version !== version) {
      throw new Error(`the SBOM of ${name} ${version} is of ${metadata.component.version}`)
    }
    const listed = new Set(
      components.map((each) => [each.group, each.name].filter(Boolean).join('/')),
    )
    const missing = dependenciesOf(root, folder).filter((dependency) => !listed.has(dependency))
    if (missing.length > 0) throw new Error(`the SBOM of ${name} lacks ${missing.join(', ')}`)
    return `${name} ${components.length}`
  })
}

function dependenciesOf(root: string, folder: string): string[] {
  const manifest = readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')
  const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: Record<string, string> }
  return Object.keys(dependencies)
}
