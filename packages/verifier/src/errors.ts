// Codes of the errors that `@dpp/verifier` throws. Stable: a code changes only in a major release.
// A verdict is never thrown; what goes wrong while reading a chain has the codes of `@dpp/anchor/evidence`.
import { DppError } from '@dpp/core'

/** Every code of this package, in the order of docs/errors.md. */
export const verifierErrorCodes = [
  'ERR_DPP_POLICY_INVALID',
  'ERR_DPP_NOT_ANCHORED',
  'ERR_DPP_PACK_INVALID',
  'ERR_DPP_PACK_LIMIT',
  'ERR_DPP_FILE_MISSING',
] as const

/** Codes of the errors that `@dpp/verifier` throws. */
export type VerifierErrorCode = (typeof verifierErrorCodes)[number]

/** An error of this package. */
export function verifierError(
  code: VerifierErrorCode,
  message: string,
  options?: { cause?: unknown },
): DppError<VerifierErrorCode> {
  return new DppError(code, message, options)
}
