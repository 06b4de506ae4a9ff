// Every inclusion path of a tree in the text form of `witness.json`, for batches in which writing hex would
// cost more than hashing. Each node becomes text once, a row of nodes at a time, and paths share the texts.
import { HASH_BYTES } from './leaf.ts'
import { levelSize, type Tree } from './tree.ts'

/** The path of every leaf as `0x` and 64 hex digits, in leaf order, one at a time. */
export function* allPathTexts(tree: Tree): Generator<string[], void, undefined> {
  const levels = tree.levels
    .slice(0, -1)
    .map((nodes) => ({ nodes, row: -1, texts: [] as string[] }))
  // The path from the node of each level that is above the current leaf; neighbours share nearly all of it.
  const above: { node: number; path: string[] }[] = levels.map(() => ({ node: -1, path: [] }))

  const textOf = (level: number, node: number): string => {
    const at = levels[level]
    if (at === undefined) return ''
    const row = Math.floor(node / ROW_NODES)
    if (at.row !== row) {
      at.texts = rowTexts(at.nodes.subarray(row * ROW_BYTES, (row + 1) * ROW_BYTES))
      at.row = row
    }
    return at.texts[node % ROW_NODES] ?? ''
  }
  const pathFrom = (level: number, node: number): string[] => {
    const known = above[level]
    if (known === undefined) return []
    if (known.node !== node) {
      const rest = pathFrom(level + 1, Math.floor(node / 2))
      const partner = node % 2 === 1 ? node - 1 : node + 1
      known.path = partner < levelSize(tree, level) ? [textOf(level, partner), ...rest] : rest
      known.node = node
    }
    return known.path
  }
  for (let index = 0; index < tree.size; index++) yield pathFrom(0, index).slice()
}

const ROW_NODES = 1024
const ROW_BYTES = ROW_NODES * HASH_BYTES
const TEXT_LENGTH = 2 + 2 * HASH_BYTES
const digits = new TextEncoder().encode('0123456789abcdef')
const decoder = new TextDecoder('latin1')

// One text for the whole row, cut into pieces: one decoding instead of a thousand.
function rowTexts(nodes: Uint8Array): string[] {
  const count = nodes.length / HASH_BYTES
  const ascii = new Uint8Array(count * TEXT_LENGTH)
  let to = 0
  for (let from = 0; from < nodes.length; from++) {
    if (from % HASH_BYTES === 0) {
      ascii[to++] = 0x30 // 0
      ascii[to++] = 0x78 // x
    }
    const byte = nodes[from] ?? 0
    ascii[to++] = digits[byte >> 4] ?? 0
    ascii[to++] = digits[byte & 15] ?? 0
  }
  const row = decoder.decode(ascii)
  return Array.from({ length: count }, (_, i) => row.slice(i * TEXT_LENGTH, (i + 1) * TEXT_LENGTH))
}
