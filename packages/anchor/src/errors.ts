// Codes of the errors that `@dpp/anchor` throws, one union per entry. Stable: a code changes only in a major release.
import { DppError } from '@dpp/core'

/** Codes of the tree, the proofs and the files (entry `.`) and of `./interop`. */
export type AnchorErrorCode = (typeof anchorErrorCodes)[number]

/** Codes of the stores (entries `./store/*`). */
export type StoreErrorCode = (typeof storeErrorCodes)[number]

/** Codes of the keys (entries `./keys` and `./keys/*`). */
export type KeyErrorCode = (typeof keyErrorCodes)[number]

/** Every code of the entries `.` and `./interop`, in the order of docs/errors.md. */
export const anchorErrorCodes = [
  'ERR_DPP_HASH_INVALID',
  'ERR_DPP_LEAF_INVALID',
  'ERR_DPP_TREE_INDEX',
  'ERR_DPP_RANGE_INVALID',
  'ERR_DPP_PROOF_INVALID',
  'ERR_DPP_PROOF_CONFLICT',
  'ERR_DPP_WITNESS_FILE_INVALID',
  'ERR_DPP_WITNESS_FILE_UNSUPPORTED',
  'ERR_DPP_BATCH_FILE_INVALID',
  'ERR_DPP_BATCH_FILE_UNSUPPORTED',
  'ERR_DPP_TLOG_PROOF_INVALID',
  'ERR_DPP_COSE_RECEIPT_INVALID',
] as const

/** Every code of the stores, in the order of docs/errors.md. */
export const storeErrorCodes = [
  'ERR_DPP_STORE_KEY_INVALID',
  'ERR_DPP_STORE_EXISTS',
  'ERR_DPP_STORE_CONFLICT',
  'ERR_DPP_STORE_UNAVAILABLE',
  'ERR_DPP_STORE_REFUSED',
  'ERR_DPP_STORE_READ_ONLY',
] as const

/** Every code of the keys, in the order of docs/errors.md. */
export const keyErrorCodes = [
  'ERR_DPP_KEY_UNAVAILABLE',
  'ERR_DPP_KEY_REFUSED',
  'ERR_DPP_KEY_UNSUITABLE',
  'ERR_DPP_KEY_SIGNATURE',
  'ERR_DPP_KEY_WRAPPED',
] as const

/** An error of the tree, a proof or a file. */
export function anchorError(
  code: AnchorErrorCode,
  message: string,
  options?: { cause?: unknown },
): DppError<AnchorErrorCode> {
  return new DppError(code, message, options)
}

/** An error of a store. */
export function storeError(
  code: StoreErrorCode,
  message: string,
  options?: { cause?: unknown },
): DppError<StoreErrorCode> {
  return new DppError(code, message, options)
}

/** An error of a key in a service. */
export function keyError(
  code: KeyErrorCode,
  message: string,
  options?: { cause?: unknown },
): DppError<KeyErrorCode> {
  return new DppError(code, message, options)
}
