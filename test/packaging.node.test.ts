// What a consumer gets: the packed tarballs are linted as packages, bundled for browser and worker, and weighed.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompressSync, constants } from 'node:zlib'
import { type BuildResult, build } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { describe, expect, it } from 'vitest'
import { packageRows, packPackage } from './packed.ts'

const run = promisify(execFile)
const targets = {
  browser: ['browser'],
  worker: ['workerd', 'worker', 'browser'],
} as const

async function compressedSize(source: string): Promise<number> {
  const { outputFiles } = await bundle(source, targets.browser)
  return brotliCompressSync(outputFiles?.[0]?.contents ?? new Uint8Array(), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11 },
  }).length
}

describe.each(packageRows)('@dpp/$folder', ({ folder, isomorphic, budgets }) => {
  it('is a well-formed package by publint and attw', async () => {
    const tarball = await packPackage(folder)
    const { messages, pkg } = await publint({
      strict: true,
      pack: { tarball: new Uint8Array(await readFile(tarball)).buffer },
    })
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([])
    const attw = join(import.meta.dirname, 'node_modules/.bin/attw')
    await run(attw, [tarball, '--profile', 'esm-only', '--no-color']) // Fails with a report on standard output.
  })

  it.each(isomorphic.flatMap((entry) => Object.keys(targets).map((target) => ({ entry, target }))))(
    '$entry holds nothing but web code in a $target bundle',
    async ({ entry, target }) => {
      const { metafile } = await bundle(
        `export * from '${entry}'`,
        targets[target as keyof typeof targets],
      )
      const inputs = Object.keys(metafile?.inputs ?? {})
      expect(
        inputs.filter((path) => /node_modules\/(viem|undici)\/|\.node\.[jt]s$/.test(path)),
      ).toEqual([])
      const imports = Object.values(metafile?.inputs ?? {}).flatMap((input) => input.imports)
      expect(imports.filter(({ path }) => path.startsWith('node:'))).toEqual([])
      const hashes = inputs.filter((path) => path.includes('node_modules/@noble/hashes/'))
      expect(new Set(hashes.map((path) => dirname(path))).size).toBeLessThanOrEqual(1)
    },
  )

  if (budgets.length > 0) {
    it.each(budgets)(
      '$name takes at most $maxBytes bytes (brotli)',
      async ({ name, source, beyond, maxBytes, promisedBytes = maxBytes }) => {
        const base = beyond === undefined ? 0 : await compressedSize(beyond)
        const bytes = (await compressedSize(source)) - base
        const owed = bytes > promisedBytes ? `; PROMISED: ${promisedBytes}` : ''
        console.info(`@dpp/${folder}, ${name}: ${bytes} of ${maxBytes} bytes${owed}`)
        expect(bytes).toBeLessThanOrEqual(maxBytes)
      },
    )
  }
})

/** Bundles for the web; a `node:` import is an error by itself. */
async function bundle(contents: string, conditions: readonly string[]): Promise<BuildResult> {
  return await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: [...conditions],
    write: false,
    metafile: true,
    tsconfigRaw: '{}', // Ours would send some of the imports to the sources.
    legalComments: 'none', // What is weighed is code; licences go into a file of their own.
    logLevel: 'silent',
  })
}
