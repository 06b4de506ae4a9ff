// Codes of the errors that `@dpp/anchor` throws, one union per entry. Stable: a code changes only in a major release.
import { DppError } from '@dpp/core'

/** Codes of the tree, the proofs and the files (entry `.`) and of `./interop`. */
export type AnchorErrorCode =
  | 'ERR_DPP_HASH_INVALID'
  | 'ERR_DPP_LEAF_INVALID'
  | 'ERR_DPP_TREE_INDEX'
  | 'ERR_DPP_RANGE_INVALID'
  | 'ERR_DPP_PROOF_INVALID'
  | 'ERR_DPP_PROOF_CONFLICT'
  | 'ERR_DPP_WITNESS_FILE_INVALID'
  | 'ERR_DPP_WITNESS_FILE_UNSUPPORTED'
  | 'ERR_DPP_BATCH_FILE_INVALID'
  | 'ERR_DPP_BATCH_FILE_UNSUPPORTED'
  | 'ERR_DPP_TLOG_PROOF_INVALID'
  | 'ERR_DPP_COSE_RECEIPT_INVALID'

/** Codes of the stores (entries `./store/*`). */
export type StoreErrorCode =
  | 'ERR_DPP_STORE_KEY_INVALID'
  | 'ERR_DPP_STORE_EXISTS'
  | 'ERR_DPP_STORE_CONFLICT'
  | 'ERR_DPP_STORE_UNAVAILABLE'
  | 'ERR_DPP_STORE_REFUSED'
  | 'ERR_DPP_STORE_READ_ONLY'

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
