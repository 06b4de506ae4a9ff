// How every package is built: ESM with types, one bundle per public entry, shared code in chunks.
import type { Options } from 'tsup'

/** `entries` are imported, and have types; `programs` are run, as commands, threads and the like. */
export function packageBuild(
  entries: readonly string[],
  programs: readonly string[] = [],
  extra: Options = {},
): Options {
  return {
    entry: filesOf([...entries, ...programs]),
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    external: [/^node:/],
    dts: { entry: filesOf(entries) },
    sourcemap: true,
    clean: true,
    splitting: true,
    removeNodeProtocol: false, // `node:sqlite` has no name without it.
    ...extra,
  }
}

function filesOf(entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`]))
}
