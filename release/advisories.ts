// Known vulnerabilities of production dependencies, as the registry's advisories say. A registry that serves none is said to
// serve none: that is not the same as "none found".
import { spawnSync } from 'node:child_process'
import { repository } from './packages.ts'

export type Advisories =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly advisories: readonly string[] }
  | { readonly kind: 'unavailable'; readonly why: string }

type AuditReport = {
  readonly advisories?: Readonly<
    Record<
      string,
      { readonly module_name: string; readonly severity: string; readonly title: string }
    >
  >
}

export function readAdvisories(): Advisories {
  const { stdout, stderr } = spawnSync('pnpm', ['audit', '--prod', '--json'], {
    cwd: repository,
    encoding: 'utf8',
    timeout: 120_000,
  })
  const report = readReport(stdout)
  if (report?.advisories === undefined) {
    const [, status] =
      /responded with (\d+)/.exec(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')) ?? []
    const why = status === undefined ? 'no report' : `its advisories answer with ${status}`
    return { kind: 'unavailable', why: `the registry serves no advisories (${why})` }
  }
  const advisories = Object.values(report.advisories).map(
    ({ module_name, severity, title }) => `${module_name}: ${severity}: ${title}`,
  )
  return advisories.length === 0 ? { kind: 'none' } : { kind: 'found', advisories }
}

function readReport(text: string): AuditReport | undefined {
  try {
    return JSON.parse(text) as AuditReport
  } catch {
    return undefined
  }
}
