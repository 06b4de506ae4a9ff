// The tarballs of the next release, built in a clean clone of what is committed.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readPackages, repository } from './packages.ts'

/** A packed package: its file, and the SHA-256 of it in hex. */
export type Tarball = {
  readonly name: string
  readonly version: string
  readonly path: string
  readonly sha256: string
}

/**
 * Clones the committed state into `folder`, applies the waiting changesets (versions, changelogs), installs from the lock file,
 * builds, and packs every package into `out`.
 */
export function buildRelease(folder: string, out: string, repositoryUrl?: string): Tarball[] {
  mkdirSync(folder, { recursive: true })
  mkdirSync(out, { recursive: true })
  const run = (program: string, ...args: string[]): void => {
    execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', repository, folder])
  run('pnpm', 'install', '--frozen-lockfile', '--prefer-offline')
  const waiting = readdirSync(join(folder, '.changeset')).filter((name) => name.endsWith('.md'))
  if (waiting.length > 0) run('pnpm', 'exec', 'changeset', 'version')
  if (repositoryUrl !== undefined) nameRepository(folder, repositoryUrl)
  run('pnpm', 'run', 'build:raw')
  return readPackages(folder).map(({ folder: name, ...published }) => {
    const source = join(folder, 'packages', name)
    if (!existsSync(join(source, 'CHANGELOG.md')))
      throw new Error(`${published.name} has no CHANGELOG.md`)
    const text = execFileSync('pnpm', ['pack', '--json', '--pack-destination', out], {
      cwd: source,
      encoding: 'utf8',
    })
    const { filename } = JSON.parse(text) as { filename: string }
    const sha256 = createHash('sha256').update(readFileSync(filename)).digest('hex')
    return { name: published.name, version: published.version, path: filename, sha256 }
  })
}

/** The names of the packages whose tarballs differ. */
export function compareTarballs(first: readonly Tarball[], second: readonly Tarball[]): string[] {
  return first
    .filter(({ name, sha256 }) => second.find((other) => other.name === name)?.sha256 !== sha256)
    .map(({ name }) => name)
}

/** Writes `SHA256SUMS` beside the tarballs, as `sha256sum -c` reads it, and returns its lines. */
export function writeSums(out: string, tarballs: readonly Tarball[]): string[] {
  const lines = tarballs.map(({ path, sha256 }) => `${sha256}  ${basename(path)}`)
  writeFileSync(join(out, 'SHA256SUMS'), `${lines.join('\n')}\n`)
  return lines
}

function nameRepository(folder: string, url: string): void {
  for (const { folder: name } of readPackages(folder)) {
    const path = join(folder, 'packages', name, 'package.json')
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as object
    const repositoryField = { type: 'git', url: `git+${url}.git`, directory: `packages/${name}` }
    writeFileSync(
      path,
      `${JSON.stringify({ ...manifest, repository: repositoryField }, null, 2)}\n`,
    )
  }
}
