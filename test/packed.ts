// The packages as they would be published: packed once a process, from their built dist folders.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const packages = join(import.meta.dirname, '../packages')

/** A package's tarball, and the entries that must run in any browser or worker. */
export type PackageRow = {
  readonly folder: string
  /** Entries that no `node:` module and no viem may reach. */
  readonly isomorphic: readonly string[]
  /** Bundles with a promised size: minified, brotli. */
  readonly budgets: readonly {
    readonly name: string
    readonly source: string
    /** What the size is counted beyond: its own size is taken off. */
    readonly beyond?: string
    readonly maxBytes: number
    /** What was promised, where that is not reached yet: said with every measurement. */
    readonly promisedBytes?: number
  }[]
}

/** One row a package. To join the packaging checks, add one. */
export const packageRows: readonly PackageRow[] = [
  {
    folder: 'core',
    isomorphic: ['@dpp/core'],
    budgets: [
      { name: 'whole', source: `export * from '@dpp/core'`, maxBytes: 18_000 },
      {
        name: 'verifying part',
        source: `export { decodeMultikey, eventDigest, isDppError, parseEvent, parseStrict, verifyDocument,
          verifyEd25519, verifyEvent, verifyProof } from '@dpp/core'`,
        maxBytes: 13_000,
      },
    ],
  },
  {
    folder: 'webvh',
    isomorphic: ['@dpp/webvh'],
    budgets: [
      { name: 'whole, with core', source: `export * from '@dpp/webvh'`, maxBytes: 24_000 },
      { name: 'resolving', source: `export { resolve } from '@dpp/webvh'`, maxBytes: 18_000 },
    ],
  },
  {
    folder: 'anchor',
    isomorphic: [
      '@dpp/anchor',
      '@dpp/anchor/evidence',
      '@dpp/anchor/interop',
      '@dpp/anchor/store/memory',
      '@dpp/anchor/store/http',
    ],
    budgets: [
      {
        name: 'tree, proofs and files, beyond core',
        source: `export * from '@dpp/core'; export * from '@dpp/anchor'`,
        beyond: `export * from '@dpp/core'`,
        maxBytes: 5_000,
      },
    ],
  },
  {
    folder: 'verifier',
    isomorphic: [
      '@dpp/verifier',
      '@dpp/verifier/pack',
      '@dpp/verifier/proofs',
      '@dpp/verifier/de',
      '@dpp/verifier/element',
    ],
    budgets: [
      {
        name: 'verifyEvent',
        source: `export { verifyEvent } from '@dpp/verifier'`,
        maxBytes: 32_200,
        promisedBytes: 24_000,
      },
      {
        name: 'main entry',
        source: `export * from '@dpp/verifier'`,
        maxBytes: 39_250,
        promisedBytes: 28_000,
      },
      {
        name: 'with packs and storage proofs',
        source: `export * from '@dpp/verifier'; export * from '@dpp/verifier/pack'
          export * from '@dpp/verifier/proofs'`,
        maxBytes: 50_250,
        promisedBytes: 38_000,
      },
    ],
  },
]

/** Packs one package and returns the tarball's path. */
export async function packPackage(folder: string): Promise<string> {
  const source = join(packages, folder)
  if (!existsSync(join(source, 'dist/index.js'))) {
    throw new Error(`packages/${folder}/dist is missing: run npm run build first`)
  }
  const target = await mkdtemp(join(tmpdir(), 'dpp-pack-'))
  const { stdout } = await run('pnpm', ['pack', '--json', '--pack-destination', target], {
    cwd: source,
  })
  return (JSON.parse(stdout) as { filename: string }).filename
}
