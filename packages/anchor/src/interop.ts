// @dpp/anchor/interop: inclusion proofs in the forms that other transparency tools read, in and out.

export type { InclusionPlace } from './files/witness-file.ts'
export {
  type CoseReceipt,
  createCoseReceipt,
  parseCoseReceipt,
  verifyCoseReceipt,
} from './interop/cose-receipt.ts'
export type { LogVerifier, RootSigner } from './interop/root-signer.ts'
export {
  createTlogProof,
  formatVerifierKey,
  parseTlogProof,
  type TlogProof,
  verifyTlogProof,
} from './interop/tlog-proof.ts'
