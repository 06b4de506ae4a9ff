// @dpp/anchor: the Merkle tree over log entries, its proofs, and the files and ports around them.

export type { AnchorFinding, AnchorQuery, AnchorReader } from './chain/reader.ts'
export { findRegistry, type RegistryInfo, registries } from './chain/registries.ts'
export type { AnchorErrorCode, StoreErrorCode } from './errors.ts'
export {
  type Anchor,
  type EvmAnchor,
  isEvmAnchor,
  mergeAnchors,
  type UnknownAnchor,
} from './files/anchor.ts'
export {
  type BatchEntry,
  type BatchFile,
  forkedParents,
  formatBatchFile,
  parseBatchFile,
  verifyBatchFile,
} from './files/batch-file.ts'
export {
  formatWitnessFile,
  type InclusionPlace,
  type InclusionProof,
  mergeProof,
  parseWitnessFile,
  verifyInclusionProof,
  type WitnessFile,
} from './files/witness-file.ts'
export { publishObject, updateObject } from './store/publish.ts'
export type { ObjectMeta, Store, StoredObject } from './store/store.ts'
export {
  appendLeaf,
  type CompactRange,
  compactRangeOf,
  emptyRange,
  formatCompactRange,
  parseCompactRange,
  rangeRoot,
} from './tree/compact-range.ts'
export {
  type ConsistencyPath,
  consistencyPath,
  rootsFromConsistencyProof,
  verifyConsistency,
} from './tree/consistency.ts'
export { formatHash, parseHash } from './tree/hash-text.ts'
export {
  allInclusionPaths,
  type InclusionPath,
  inclusionPath,
  rootFromInclusionProof,
  verifyInclusion,
} from './tree/inclusion.ts'
export { compareHashes, emptyRoot, entryLeafHash, hashLeaf, hashNode } from './tree/leaf.ts'
export { allPathTexts } from './tree/path-texts.ts'
export { buildTree, leafAt, type Tree, treeRoot } from './tree/tree.ts'
export { createTreeBuilder, type TreeBuilder } from './tree/tree-builder.ts'
