// Every inclusion path of a tree in the text form of `witness.json`, for batches in which writing hex would
// cost more than hashing. Each node becomes text once, a row of nodes at a time, and paths share the texts.
import { toHex } from '@dpp/core'
import { HASH_BYTES } from './leaf.ts'
import type { Tree } from './tree.ts'

/** The path of every leaf as `0x` and 64 hex digits, in leaf order, one at a time. */
export function* allPathTexts(tree: Tree): Generator<string[], void, undefined> {
  const levels = tree.levels.slice(0, -1).map(createLevelTexts)
  // Per level, the path from the node that the last leaf was under: neighbours share nearly all of it.
  const shared: { node: number; path: string[] }[] = levels.map(() => ({ node: -1, path: [] }))

  function pathFrom(level: number, node: number): string[] {
    const last = shared[level]
    if (last === undefined) return []
    if (last.node !== node) {
      last.path = extendPath(level, node)
      last.node = node
    }
    return last.path
  }
  function extendPath(level: number, node: number): string[] {
    const rest = pathFrom(level + 1, Math.floor(node / 2))
    const partner = levels[level]?.(node % 2 === 1 ? node - 1 : node + 1)
    return partner === undefined ? rest.slice() : prepend(partner, rest)
  }
  for (let index = 0; index < tree.size; index++) yield extendPath(0, index)
}

const ROW_NODES = 1024
const HASH_DIGITS = 64

// The texts of one level's nodes, asked for from left to right; `undefined` beyond its end.
function createLevelTexts(nodes: Uint8Array): (node: number) => string | undefined {
  let row = -1
  let texts: string[] = []
  return (node) => {
    const wanted = Math.floor(node / ROW_NODES)
    if (wanted !== row) {
      row = wanted
      texts = rowTexts(
        nodes.subarray(row * ROW_NODES * HASH_BYTES, (row + 1) * ROW_NODES * HASH_BYTES),
      )
    }
    return texts[node % ROW_NODES]
  }
}

// A third of the time of `[first, ...rest]`.
function prepend(first: string, rest: readonly string[]): string[] {
  const list = new Array<string>(rest.length + 1)
  list[0] = first
  for (let i = 0; i < rest.length; i++) list[i + 1] = rest[i] ?? ''
  return list
}

// Hex for the whole row at once, cut into pieces: one call instead of a thousand.
function rowTexts(nodes: Uint8Array): string[] {
  const hex = toHex(nodes)
  const texts: string[] = []
  for (let at = 0; at < hex.length; at += HASH_DIGITS)
    texts.push(`0x${hex.slice(at, at + HASH_DIGITS)}`)
  return texts
}
