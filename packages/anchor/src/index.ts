// @dpp/anchor: the Merkle tree over log entries, its proofs, and the files and ports around them.
export {
  type Anchor,
  type EvmAnchor,
  isEvmAnchor,
  mergeAnchors,
  type UnknownAnchor,
} from './anchor.ts'
export {
  type BatchEntry,
  type BatchFile,
  forkedParents,
  formatBatchFile,
  parseBatchFile,
  verifyBatchFile,
} from './batch-file.ts'
export {
  appendLeaf,
  type CompactRange,
  compactRangeOf,
  emptyRange,
  formatCompactRange,
  parseCompactRange,
  rangeRoot,
} from './compact-range.ts'
export {
  type ConsistencyPath,
  consistencyPath,
  rootsFromConsistencyProof,
  verifyConsistency,
} from './consistency.ts'
export type { AnchorErrorCode, StoreErrorCode } from './errors.ts'
export { formatHash, parseHash } from './hash-text.ts'
export {
  allInclusionPaths,
  type InclusionPath,
  inclusionPath,
  rootFromInclusionProof,
  verifyInclusion,
} from './inclusion.ts'
export { compareHashes, emptyRoot, entryLeafHash, hashLeaf, hashNode } from './leaf.ts'
export { allPathTexts } from './path-texts.ts'
export type { AnchorFinding, AnchorQuery, AnchorReader } from './reader.ts'
export { findRegistry, type RegistryInfo, registries } from './registries.ts'
export { publishObject, updateObject } from './store/publish.ts'
export type { ObjectMeta, Store, StoredObject } from './store/store.ts'
export { buildTree, leafAt, type Tree, treeRoot } from './tree.ts'
export { createTreeBuilder, type TreeBuilder } from './tree-builder.ts'
export {
  formatWitnessFile,
  type InclusionPlace,
  type InclusionProof,
  mergeProof,
  parseWitnessFile,
  verifyInclusionProof,
  type WitnessFile,
} from './witness-file.ts'
