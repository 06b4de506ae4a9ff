// How every package is built: ESM with types, one bundle per public entry, shared code in chunks.
import type { Options } from 'tsup'

export function packageBuild(entries: readonly string[], extra: Options = {}): Options {
  return {
    entry: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    external: [/^node:/],
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: true,
    removeNodeProtocol: false, // `node:sqlite` has no name without it.
    ...extra,
  }
}
