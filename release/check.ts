// `npm run release:check`: a release, dry. Versions and changelogs as they would be, licences, advisories, SBOM, tarballs that
// two builds in two places make byte for byte, and a fresh app that lives on them alone.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readAdvisories } from './advisories.ts'
import { buildRelease, compareTarballs, writeSums } from './build.ts'
import { runFreshApp } from './fresh-app.ts'
import { isAccepted, readLicences } from './licences.ts'
import { repository } from './packages.ts'
import { writeSboms } from './sbom.ts'

const help = `usage: npm run release:check -- [--out FOLDER] [--repository URL] [--audit-required] [--help]

Packs the five packages as the next release would have them, and checks all that can be checked without publishing.

  --out FOLDER        where tarballs, SBOMs and SHA256SUMS go (default: release/out)
  --repository URL    the repository that the packages name, which npm holds against their provenance
  --audit-required    fail where the registry serves no advisories
`

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: join(repository, 'release/out') },
    repository: { type: 'string' },
    'audit-required': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) process.stdout.write(help)
else await check(options.out)

async function check(out: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'dpp-release-'))
  const faults: string[] = []
  const say = (name: string, result: string): void =>
    void process.stdout.write(`${name.padEnd(12)} ${result}\n`)
  try {
    rmSync(out, { recursive: true, force: true })
    mkdirSync(out, { recursive: true })

    const refused = readLicences().filter(({ licence }) => !isAccepted(licence))
    faults.push(...refused.map(({ licence, names }) => `licence ${licence}: ${names.join(', ')}`))
    say('licences', refused.length === 0 ? 'all accepted' : `${refused.length} not accepted`)

    const advisories = readAdvisories()
    if (advisories.kind === 'found') faults.push(...advisories.advisories)
    if (advisories.kind === 'unavailable' && options['audit-required'])
      faults.push(`advisories: ${advisories.why}`)
    say('advisories', describeAdvisories(advisories))

    const first = buildRelease(join(work, 'first'), out, options.repository)
    say('versions', first.map(({ name, version }) => `${name} ${version}`).join(', '))
    say('SBOM', writeSboms(join(work, 'first'), out).join(', '))
    const second = buildRelease(
      join(work, 'second/deeper/down'),
      join(work, 'tarballs'),
      options.repository,
    )
    const differing = compareTarballs(first, second)
    faults.push(...differing.map((name) => `${name}: two builds made two tarballs`))
    say(
      'tarballs',
      differing.length === 0 ? 'two builds are byte for byte the same' : differing.join(', '),
    )
    for (const line of writeSums(out, first)) say('', line)

    const examples = await runFreshApp(join(work, 'app'), first)
    say('fresh app', `${examples.join(', ')} ran on the tarballs alone`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  for (const fault of faults) process.stderr.write(`FAULT: ${fault}\n`)
  process.exitCode = faults.length === 0 ? 0 : 1
}

function describeAdvisories(advisories: ReturnType<typeof readAdvisories>): string {
  if (advisories.kind === 'unavailable') return `NOT CHECKED: ${advisories.why}`
  return advisories.kind === 'none' ? 'none' : `${advisories.advisories.length} found`
}
