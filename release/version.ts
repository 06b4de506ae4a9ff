// `npm run release:version`: applies the changesets and brings the lock file in step; the release workflow makes a pull request of it.
import { execFileSync } from 'node:child_process'
import { repository } from './packages.ts'

for (const args of [
  ['exec', 'changeset', 'version'],
  ['install', '--lockfile-only'],
]) {
  execFileSync('pnpm', args, { cwd: repository, stdio: 'inherit' })
}
