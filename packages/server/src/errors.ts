// The error codes of this package. docs/errors.md has one row for each; a test compares the two.

/** Codes of the errors that `@dpp/server` throws or answers. Stable: a code changes only in a major release. */
export type ServerErrorCode = (typeof serverErrorCodes)[number]

/** Every code of this package, in the order of docs/errors.md. */
export const serverErrorCodes = [
  'ERR_DPP_ADMIN_UNAUTHORIZED',
  'ERR_DPP_BATCH_CORRUPT',
  'ERR_DPP_BATCH_UNKNOWN',
  'ERR_DPP_CONFIG_INVALID',
  'ERR_DPP_CONTROLLER_PROOF',
  'ERR_DPP_ENTRIES_REFUSED',
  'ERR_DPP_EVENT_AGE',
  'ERR_DPP_EVENT_CONFLICT',
  'ERR_DPP_EVENT_ISSUER_REFUSED',
  'ERR_DPP_EVENT_KEY_UNKNOWN',
  'ERR_DPP_EVENT_SIGNATURE',
  'ERR_DPP_EVENT_UNKNOWN',
  'ERR_DPP_GENESIS_REFUSED',
  'ERR_DPP_HTTP_CLIENT',
  'ERR_DPP_HTTP_INTERNAL',
  'ERR_DPP_HTTP_MEDIA_TYPE',
  'ERR_DPP_HTTP_NOT_FOUND',
  'ERR_DPP_HTTP_PRECONDITION',
  'ERR_DPP_HTTP_RANGE',
  'ERR_DPP_HTTP_RATE_LIMITED',
  'ERR_DPP_HTTP_SCHEMA',
  'ERR_DPP_HTTP_TOO_LARGE',
  'ERR_DPP_HTTP_UNAVAILABLE',
  'ERR_DPP_ISSUER_FORKED',
  'ERR_DPP_ISSUER_INVALID',
  'ERR_DPP_ISSUER_UNREACHABLE',
  'ERR_DPP_LEASE_LOST',
  'ERR_DPP_LOG_BUSY',
  'ERR_DPP_LOG_DIVERGED',
  'ERR_DPP_LOG_MOVED',
  'ERR_DPP_PASSPORT_INVALID',
  'ERR_DPP_PASSPORT_OLDER',
  'ERR_DPP_PRODUCT_CLOSED',
  'ERR_DPP_PRODUCT_EXISTS',
  'ERR_DPP_PRODUCT_UNKNOWN',
] as const
