// Entry `./ethereum`: deploys the registry, writes anchors, reads them. Needs viem.
export type { Finality } from '../chain/chain-head.ts'
export {
  createRegistryReader,
  type RegistryReader,
  type RegistryReaderOptions,
} from '../chain/registry-reader.ts'
export { type Deployment, type DeployOptions, deployRegistry } from './deploy.ts'
export {
  type AnchorNoticeCode,
  anchorNoticeCodes,
  type EthereumErrorCode,
  ethereumErrorCodes,
} from './errors.ts'
export type { FeeOptions } from './fees.ts'
export {
  type AnchorJournal,
  type AnchorLocation,
  type AnchorRecord,
  createMemoryJournal,
  type SignedTransaction,
} from './journal.ts'
export { createKeyAccount } from './key-account.ts'
export {
  registryAbi,
  registryAddress,
  registryBytecode,
  registryCodeHash,
  registryCompiler,
  registryDeployedBytecode,
  registryFactory,
  registryStorageLayout,
} from './registry-artifact.ts'
export {
  createRemoteSigner,
  type RemoteSignerOptions,
  type TransactionSigner,
} from './transaction.ts'
export {
  type AnchorForecast,
  type AnchorWriter,
  type AnchorWriterOptions,
  createAnchorWriter,
} from './writer.ts'
