// The setup of the threads of dpp-verify, for `verifyProducts`.
import type { VerifyOptions } from '../context.ts'
import { readFileIfAny } from './files.ts'
import { createVerifyOptions, type Settings } from './verify-options.ts'

/** Where this module is: beside the sources, or below the bundle in the package. */
export const threadSetup: URL = import.meta.url.endsWith('.ts')
  ? new URL('./thread-options.ts', import.meta.url)
  : new URL('./cli/thread-options.js', import.meta.url)

/** The options of one thread's verifications. */
export function createOptions(data: unknown): Promise<VerifyOptions> {
  return createVerifyOptions(data as Settings, {
    fetch: globalThis.fetch,
    readFile: async (path) => readFileIfAny(path),
  })
}
