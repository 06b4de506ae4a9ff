// Vitest global setup: reads the published vectors (`DPP_VECTORS`, by default the shared folder beside the
// repository) and provides them to the tests of every runtime.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    vectors: Record<string, string>
  }
}

const folder = resolve(
  process.env['DPP_VECTORS'] ?? join(import.meta.dirname, '../../shared/vectors'),
)

export function setup(project: TestProject): void {
  project.provide('vectors', readVectors())
}

function readVectors(): Record<string, string> {
  if (!existsSync(folder)) {
    if (process.env['CI'] === 'true')
      throw new Error(`no test vectors at ${folder}: set DPP_VECTORS`)
    process.stderr.write(
      `NOTICE: no test vectors at ${folder}: the vector tests are skipped (set DPP_VECTORS)\n`,
    )
    return {}
  }
  const files: Record<string, string> = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files[relative(folder, path).split(sep).join('/')] = readFileSync(path, 'utf8')
  }
  return files
}
