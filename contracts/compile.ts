// `pnpm -C contracts compile`: writes the artifact that @dpp/anchor/ethereum ships. `--input` prints the standard
// JSON input for a block explorer instead.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatArtifact } from './artifact.ts'
import { compileRegistry, compilerInput } from './compiler.ts'

if (process.argv.includes('--input')) {
  process.stdout.write(`${JSON.stringify(compilerInput(), null, 2)}\n`)
} else {
  const file = join(import.meta.dirname, '../packages/anchor/src/ethereum/registry-artifact.ts')
  writeFileSync(file, formatArtifact(compileRegistry()))
  spawnSync('pnpm', ['exec', 'biome', 'format', '--write', file], { stdio: 'inherit' })
  process.stdout.write(`${file}: ${readFileSync(file).length} bytes\n`)
}
