// The error codes of this package. docs/errors.md has one row for each; a test compares the two.

/** Codes of the errors that `@dpp/webvh` throws or reports. Stable: a code changes only in a major release. */
export type WebvhErrorCode = (typeof webvhErrorCodes)[number]

/** Every code of this package, in the order of docs/errors.md. */
export const webvhErrorCodes = [
  'ERR_DPP_DID_INVALID',
  'ERR_DPP_DID_URL_INVALID',
  'ERR_DPP_LOG_SYNTAX',
  'ERR_DPP_LOG_LIMIT',
  'ERR_DPP_LOG_METHOD',
  'ERR_DPP_LOG_PARAMETER',
  'ERR_DPP_LOG_VERSION',
  'ERR_DPP_LOG_TIME',
  'ERR_DPP_LOG_SCID',
  'ERR_DPP_LOG_DID',
  'ERR_DPP_LOG_PORTABILITY',
  'ERR_DPP_LOG_PREROTATION',
  'ERR_DPP_LOG_DEACTIVATED',
  'ERR_DPP_LOG_HASH',
  'ERR_DPP_LOG_KEY',
  'ERR_DPP_LOG_PROOF',
  'ERR_DPP_LOG_HEAD',
  'ERR_DPP_DID_WITNESS_SYNTAX',
  'ERR_DPP_DID_WITNESS_THRESHOLD',
  'ERR_DPP_DID_WITNESS_CONFLICT',
  'ERR_DPP_DID_WITNESS_ROLE',
  'ERR_DPP_FETCH_NOT_FOUND',
  'ERR_DPP_FETCH_STATUS',
  'ERR_DPP_FETCH_FAILED',
  'ERR_DPP_FETCH_TIMEOUT',
  'ERR_DPP_FETCH_LIMIT',
  'ERR_DPP_FETCH_REFUSED',
  'ERR_DPP_PRODUCT_DOCUMENT',
  'ERR_DPP_PRODUCT_COUNT',
  'ERR_DPP_PRODUCT_DIGEST',
  'ERR_DPP_PRODUCT_RECOVERY',
] as const
