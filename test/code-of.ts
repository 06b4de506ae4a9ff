// The code of the error that something throws: tests assert codes, never messages.
import { isDppError } from '@dpp/core'

/** Runs `run` and returns the code of its error, or `no error`; an error without a code of ours is thrown on. */
export function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isDppError(error)) return error.code
    throw error
  }
  return 'no error'
}
