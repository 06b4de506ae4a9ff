// Codes of what goes wrong between us and an Ethereum chain, and the errors that carry them.
import { DppError } from '@dpp/core'

/** Codes of the entry `./evidence`: reading a chain, and evidence from one. Stable: a code changes only in a major release. */
export type ChainErrorCode = (typeof chainErrorCodes)[number]

/** Every code of the entry `./evidence`, in the order of docs/errors.md. */
export const chainErrorCodes = [
  'ERR_DPP_CHAIN_QUERY',
  'ERR_DPP_CHAIN_UNREACHABLE',
  'ERR_DPP_CHAIN_RESPONSE',
  'ERR_DPP_CHAIN_REJECTED',
  'ERR_DPP_CHAIN_MISMATCH',
  'ERR_DPP_CHAIN_CODE',
  'ERR_DPP_CHAIN_DISAGREEMENT',
  'ERR_DPP_CHAIN_STALE',
  'ERR_DPP_CHAIN_PROOF',
  'ERR_DPP_CHAIN_UNTRUSTED',
  'ERR_DPP_EVIDENCE_INVALID',
  'ERR_DPP_EVIDENCE_UNSUPPORTED',
] as const

/** An error of reading a chain or of evidence from one. */
export function chainError(
  code: ChainErrorCode,
  message: string,
  options?: { cause?: unknown },
): DppError<ChainErrorCode> {
  return new DppError(code, message, options)
}
