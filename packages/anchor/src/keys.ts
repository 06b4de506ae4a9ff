// Entry `./keys`: keys that stay in a service (HSM, KMS, vault). The adapters are `./keys/pkcs11`, `./keys/aws-kms` and
// `./keys/azure-key-vault`; an Ethereum account over such a key is in `./ethereum`.
export { type KeyErrorCode, keyErrorCodes } from './errors.ts'
export type {
  KeyAlgorithm,
  ServiceKey,
  SigningKey,
  WrappedSecret,
  WrappingKey,
} from './keys/key-service.ts'
export { createKeySigner, type KeySigner } from './keys/key-signer.ts'
