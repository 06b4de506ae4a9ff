// The one error class of the project, and the codes that `@dpp/core` throws (docs/errors.md has a row for each).

/** Codes of the errors that `@dpp/core` throws. Stable: a code changes only in a major release. */
export type CoreErrorCode =
  | 'ERR_DPP_JSON_UTF8'
  | 'ERR_DPP_JSON_SYNTAX'
  | 'ERR_DPP_JSON_DUPLICATE'
  | 'ERR_DPP_JSON_SURROGATE'
  | 'ERR_DPP_JSON_NUMBER'
  | 'ERR_DPP_JSON_LIMIT'
  | 'ERR_DPP_JSON_UNSUPPORTED'
  | 'ERR_DPP_ENCODING_INVALID'
  | 'ERR_DPP_KEY_INVALID'
  | 'ERR_DPP_SIGNATURE_INVALID'
  | 'ERR_DPP_TIME_INVALID'
  | 'ERR_DPP_GS1_INVALID'
  | 'ERR_DPP_PROOF_MALFORMED'
  | 'ERR_DPP_PROOF_UNSUPPORTED'
  | 'ERR_DPP_EVENT_INVALID'
  | 'ERR_DPP_SUBJECT_INVALID'
  | 'ERR_DPP_RECEIPT_INVALID'

/**
 * Base class of every error this project throws on purpose.
 *
 * Test `error.code`, not `instanceof`: two copies of a package in one program have two classes.
 */
export class DppError<Code extends string = string> extends Error {
  override readonly name: string = 'DppError' // A literal: minifiers rename classes.
  readonly code: Code

  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** Tells whether `error` was thrown on purpose by this project, from whichever copy of it. */
export function isDppError(error: unknown): error is DppError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_DPP_')
  )
}

/** States what this code itself guarantees; throws a plain `Error`, because a failure is a bug of ours. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`bug in dpp: ${message}`)
}
