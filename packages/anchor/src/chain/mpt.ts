// Reads one value out of a Merkle Patricia trie by its proof (yellow paper, appendix D; EIP-1186 `eth_getProof`).
import { toHex } from '@dpp/core'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { chainError } from './chain-errors.ts'
import { decodeRlp, encodeRlp, type RlpItem } from './rlp.ts'

/** Root of the trie that holds nothing: keccak-256 of the RLP empty string. */
const EMPTY_ROOT = '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'

/**
 * The value that the trie under `root` holds for `key`, or `undefined` when the proof shows that it holds none.
 *
 * `key` is the path itself: for Ethereum's state and storage tries the keccak-256 of the address or slot. Refuses a
 * proof with a node that does not hash to its reference, is malformed, or is not needed.
 *
 * @throws ERR_DPP_EVIDENCE_INVALID
 */
export function readTrie(
  root: Uint8Array,
  key: Uint8Array,
  proof: readonly Uint8Array[],
): Uint8Array | undefined {
  // Clients prove absence from an empty trie with no node or with the empty one.
  if (proof.length === 0 && toHex(root) === EMPTY_ROOT) return undefined
  const path = toNibbles(key)
  let used = 0
  const open = (reference: RlpItem): RlpItem => {
    if (!(reference instanceof Uint8Array)) {
      // A node below 32 bytes stands in its parent. geth leaves it there; others repeat it as a node of the proof.
      const copy = proof[used]
      if (copy !== undefined && toHex(copy) === toHex(encodeRlp(reference))) used += 1
      return reference
    }
    if (reference.length !== 32) throw invalid('a reference of a wrong length')
    const node = proof[used]
    used += 1
    if (node === undefined) throw invalid('a node is missing')
    if (toHex(keccak_256(node)) !== toHex(reference))
      throw invalid(`node ${used - 1} does not hash to its reference ${toHex(reference)}`)
    return decodeRlp(node)
  }
  const value = descend(open, root, path)
  if (used !== proof.length) throw invalid('more nodes than the path needs')
  return value
}

function descend(
  open: (reference: RlpItem) => RlpItem,
  root: Uint8Array,
  path: readonly number[],
): Uint8Array | undefined {
  let node = open(root)
  let depth = 0
  for (;;) {
    if (node instanceof Uint8Array) {
      if (node.length === 0 && depth === 0) return undefined // The empty trie.
      throw invalid('a node that is not a list')
    }
    if (node.length === 17) {
      const nibble = path[depth]
      const next = node[nibble ?? 16]
      if (next === undefined) throw invalid('a branch with a hole')
      if (nibble === undefined) return toValue(next)
      if (next instanceof Uint8Array && next.length === 0) return undefined
      depth += 1
      node = open(next)
      continue
    }
    const [encodedPath, next] = node
    if (node.length !== 2 || !(encodedPath instanceof Uint8Array) || next === undefined)
      throw invalid('a node that is neither branch nor extension nor leaf')
    const { isLeaf, nibbles } = decodePath(encodedPath)
    const matches = nibbles.every((nibble, index) => nibble === path[depth + index])
    if (!matches || (isLeaf && depth + nibbles.length !== path.length)) return undefined
    if (isLeaf) return toValue(next)
    if (nibbles.length === 0) throw invalid('an extension that extends nothing')
    depth += nibbles.length
    node = open(next)
  }
}

/** Hex-prefix encoding (yellow paper, appendix C). */
function decodePath(encoded: Uint8Array): { isLeaf: boolean; nibbles: readonly number[] } {
  const [flag, ...rest] = toNibbles(encoded)
  const isOdd = flag === 1 || flag === 3
  if (flag === undefined || flag > 3 || (!isOdd && rest[0] !== 0)) throw invalid('a malformed path')
  return { isLeaf: flag >= 2, nibbles: isOdd ? rest : rest.slice(1) }
}

function toNibbles(bytes: Uint8Array): readonly number[] {
  const nibbles: number[] = []
  for (const byte of bytes) nibbles.push(byte >> 4, byte & 15)
  return nibbles
}

function toValue(item: RlpItem): Uint8Array | undefined {
  if (!(item instanceof Uint8Array)) throw invalid('a value that is a list')
  return item.length === 0 ? undefined : item
}

function invalid(what: string): Error {
  return chainError('ERR_DPP_EVIDENCE_INVALID', `storage proof: ${what}`)
}
