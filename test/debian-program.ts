// Programs from Debian packages that some tests hold us against. Without one the test says how to get it and is
// skipped; under CI=true it fails.
import { existsSync } from 'node:fs'

/** The first of the paths that exists; else a notice with the install command and `undefined`. */
export function debianProgram(paths: readonly string[], packages: string): string | undefined {
  const found = paths.find((path) => existsSync(path))
  if (found !== undefined) return found
  const notice = `none of ${paths.join(', ')}: install it (apt-get install ${packages})`
  if (process.env['CI'] === 'true') throw new Error(notice)
  process.stderr.write(`NOTICE: ${notice}; the tests that need it are skipped\n`)
  return undefined
}
