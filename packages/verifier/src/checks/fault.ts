// Tells outage, junk and contradiction apart by error codes: the first two claim nothing, the third is `invalid`.
import { isDppError } from '@dpp/core'
import type { Reading } from '../sources/source.ts'

/**
 * What bytes that a parser refused are.
 *
 * `unreadable`: not JSON at all, as an error page or a cut file is. `too-large`: beyond a limit of this
 * check. `broken`: JSON that breaks its format, which nobody writes by accident.
 */
export type Fault = 'unreadable' | 'too-large' | 'broken'

/** Classifies the error of a parser of this project, by the code of the error or of one of its causes. */
export function faultOf(error: unknown): { fault: Fault; cause: string } {
  const cause = error instanceof Error ? describe(error) : String(error)
  for (let at = error, depth = 0; isDppError(at) && depth < 4; at = at.cause, depth++) {
    if (at.code === 'ERR_DPP_JSON_SYNTAX' || at.code === 'ERR_DPP_JSON_UTF8') {
      return { fault: 'unreadable', cause }
    }
    if (at.code === 'ERR_DPP_JSON_LIMIT' || at.code === 'ERR_DPP_LOG_LIMIT') {
      return { fault: 'too-large', cause }
    }
  }
  return { fault: 'broken', cause }
}

/** An error's code and sentence, for the values of a reason. */
export function describe(error: unknown): string {
  if (isDppError(error)) return `${error.code}: ${error.message}`
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** The words for a file that could not be read. */
export function outageText(reading: Exclude<Reading, { status: 'found' }>): string {
  return reading.status === 'unreachable' ? `${reading.cause}: ${reading.detail}` : reading.detail
}
