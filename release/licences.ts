// The licences of everything that reaches a user of the five packages, against what Apache-2.0 goes together with.
import { execFileSync } from 'node:child_process'
import { repository } from './packages.ts'

/** SPDX identifiers that are accepted; of an `OR` one is enough, of an `AND` all are needed. */
const accepted: ReadonlySet<string> = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0'],
  ...['ISC', 'MIT', 'Python-2.0', 'Unlicense'],
])

/** A licence of production dependencies, and who has it. */
export type LicenceRow = { readonly licence: string; readonly names: readonly string[] }

/** What the production dependencies of all published packages are licensed under, as the lock file and their manifests say. */
export function readLicences(): LicenceRow[] {
  const args = ['--filter', './packages/*', 'licenses', 'list', '--prod', '--json']
  const text = execFileSync('pnpm', args, { cwd: repository, encoding: 'utf8' })
  const byLicence = JSON.parse(text) as Record<string, readonly { readonly name: string }[]>
  return Object.entries(byLicence).map(([licence, packages]) => ({
    licence,
    names: packages.map(({ name }) => name).toSorted(),
  }))
}

/** Whether an SPDX expression is accepted. */
export function isAccepted(expression: string): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1')
  if (bare.includes(' OR ')) return bare.split(' OR ').some(isAccepted)
  return bare.split(' AND ').every((licence) => accepted.has(licence.trim()))
}
