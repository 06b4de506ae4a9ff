// Codes of sending to an Ethereum chain, and the errors that carry them.
import { DppError } from '@dpp/core'

/** Codes that the entry `./ethereum` throws beside those of reading (`ChainErrorCode`). */
export type EthereumErrorCode = (typeof ethereumErrorCodes)[number]

/** Every code that only the entry `./ethereum` throws, in the order of docs/errors.md. */
export const ethereumErrorCodes = [
  'ERR_DPP_ANCHOR_ROOT',
  'ERR_DPP_ANCHOR_JOURNAL',
  'ERR_DPP_SIGNER_REFUSED',
  'ERR_DPP_DEPLOY_FACTORY',
  'ERR_DPP_DEPLOY_FAILED',
] as const

/** Why an anchor makes no progress although nothing failed: the `notice` of its record. */
export type AnchorNoticeCode = (typeof anchorNoticeCodes)[number]

/** Every notice of an anchor's record, in the order of docs/errors.md. */
export const anchorNoticeCodes = [
  'ERR_DPP_ANCHOR_FEE_CAP',
  'ERR_DPP_ANCHOR_BALANCE',
  'ERR_DPP_ANCHOR_REJECTED',
  'ERR_DPP_ANCHOR_REVERTED',
  'ERR_DPP_ANCHOR_NONCE_TAKEN',
  'ERR_DPP_ANCHOR_NONCE_GAP',
  'ERR_DPP_ANCHOR_UNKNOWN_PENDING',
] as const

/** An error of sending. */
export function ethereumError(
  code: EthereumErrorCode,
  message: string,
  options?: { cause?: unknown },
): DppError<EthereumErrorCode> {
  return new DppError(code, message, options)
}
