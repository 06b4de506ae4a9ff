// Who may import whom (core <- webvh, anchor <- verifier; server -> core, webvh, anchor) is a lint rule. It is only
// worth something if it fails: every forbidden import is put before the linter in a copy of the tree's shape.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'dpp-lint-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const forbidden = [
  ['packages/core/src/a.ts', '@dpp/webvh'],
  ['packages/core/src/b.ts', 'node:fs'],
  ['packages/webvh/src/a.ts', '@dpp/anchor'],
  ['packages/anchor/src/a.ts', '@dpp/webvh'],
  ['packages/anchor/src/b.ts', 'viem'],
  ['packages/verifier/src/a.ts', '@dpp/server'],
  ['packages/verifier/src/b.ts', '@dpp/anchor/ethereum'],
  ['packages/verifier/src/c.ts', 'node:crypto'],
  ['packages/server/src/a.ts', '@dpp/verifier'],
] as const

const allowed = [
  ['packages/core/src/a.node.ts', 'node:crypto'],
  ['packages/webvh/src/c.ts', '@dpp/core'],
  ['packages/anchor/src/ethereum/a.ts', 'viem'],
  ['packages/verifier/src/d.ts', '@dpp/anchor'],
  ['packages/server/src/c.ts', '@dpp/anchor/ethereum'],
] as const

/** The files of the two lists for which the linter reports a restricted import. */
function lint(): Set<string> {
  for (const [path, specifier] of [...forbidden, ...allowed]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(
      join(folder, path),
      `import { x } from '${specifier}'\n\nexport const y: unknown = x\n`,
    )
  }
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'))
  const biome = [
    'exec',
    'biome',
    'lint',
    '--only=style/noRestrictedImports',
    '--reporter=json',
    '--max-diagnostics=none',
  ]
  const { stdout } = spawnSync('pnpm', [...biome, `--config-path=${folder}`, folder], {
    cwd: root,
    encoding: 'utf8',
  })
  return new Set(
    [...forbidden, ...allowed].map(([path]) => path).filter((path) => stdout.includes(path)),
  )
}

describe('the package direction', () => {
  const reported = lint()
  for (const [path, specifier] of forbidden) {
    it(`refuses ${specifier} in ${path}`, () => expect(reported).toContain(path))
  }
  for (const [path, specifier] of allowed) {
    it(`lets ${path} import ${specifier}`, () => expect(reported).not.toContain(path))
  }
})
