// The Merkle tree beside its peers, each with SHA-256 by the fastest road it offers on Node. Peers hash 64 bytes a
// node, we 65 (RFC 9162 tells leaves from nodes by a prefix): two blocks each. Trust the ratios.
// BENCH_LEAVES=10000,100000 narrows the sizes; BENCH_SLOW=1 adds @openzeppelin/merkle-tree above 10,000 leaves.
import crypto from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  LeafNode,
  type Node,
  setHasher,
  subtreeFillToContents,
} from '@chainsafe/persistent-merkle-tree'
import { hasher } from '@chainsafe/persistent-merkle-tree/hasher/hashtree'
import { allPathTexts, buildTree, type Tree, treeRoot } from '@dpp/anchor'
import { SimpleMerkleTree } from '@openzeppelin/merkle-tree'
import fixed from 'fixed-merkle-tree'
import { MerkleTree } from 'merkletreejs'
import { compare, medianOf, type Result } from './compare.ts'

const sizes = (process.env['BENCH_LEAVES'] ?? '10000,100000,1000000').split(',').map(Number)
const withSlow = process.env['BENCH_SLOW'] === '1'

/** Runs the benchmark. */
export async function run(): Promise<Result[]> {
  setHasher(hasher)
  const results: Result[] = []
  for (const size of sizes) results.push(await compareBuilding(size), await compareProofs(size))
  results.push(await measureMemory())
  return results
}

async function compareBuilding(size: number): Promise<Result> {
  const leaves = makeLeaves(size)
  const result = await compare(
    `build a tree of ${size.toLocaleString('en')} leaves`,
    {
      '@dpp/anchor': () => void treeRoot(buildTree(leaves.flat)),
      merkletreejs: () => void buildMerkletreejs(leaves.buffers).getRoot(),
      'fixed-merkle-tree': () => void buildFixed(leaves.binary).root,
      '@chainsafe/persistent-merkle-tree': () => void buildPersistent(leaves.buffers).root,
      ...(size <= 10_000 || withSlow
        ? { '@openzeppelin/merkle-tree': () => void buildOpenzeppelin(leaves.hex).root }
        : {}),
    },
    { unit: 'leaf', units: size, ...roundsFor(size) },
  )
  const factor = medianOf(result, 'merkletreejs') / medianOf(result, '@dpp/anchor')
  const owed = size >= 100_000 ? 2.4 : 1.8
  return {
    ...result,
    owed: [
      {
        promise: `at least ${owed} times as fast as merkletreejs`,
        measured: `${factor.toFixed(1)} times`,
        holds: factor >= owed,
      },
    ],
  }
}

// The job of a batch: from the leaf hashes to every path as a list of hex texts, as witness.json holds them. Building
// counts, because fixed-merkle-tree is best off when it makes its text there.
async function compareProofs(size: number): Promise<Result> {
  const leaves = makeLeaves(size)
  const result = await compare(
    `from ${size.toLocaleString('en')} leaves to all paths as text`,
    {
      '@dpp/anchor': () => {
        for (const path of allPathTexts(buildTree(leaves.flat))) keep(path)
      },
      merkletreejs: () => {
        const tree = buildMerkletreejs(leaves.buffers)
        for (const [i, leaf] of leaves.buffers.entries()) keep(tree.getHexProof(leaf, i))
      },
      'fixed-merkle-tree': () => {
        const tree = buildFixedHex(leaves.hex)
        for (let i = 0; i < size; i++) keep(tree.path(i).pathElements as string[])
      },
      '@chainsafe/persistent-merkle-tree': () => {
        const root = buildPersistent(leaves.buffers)
        for (let i = 0; i < size; i++) keep(persistentPath(root, i, depthOf(size)))
      },
      ...(size <= 10_000
        ? {
            '@openzeppelin/merkle-tree': () => {
              const tree = buildOpenzeppelin(leaves.hex)
              for (let i = 0; i < size; i++) keep(tree.getProof(i))
            },
          }
        : {}),
    },
    { unit: 'path', units: size, ...roundsFor(size) },
  )
  const [mine, ...peers] = result.rows
  const fastest = peers.toSorted((a, b) => a.medianMicros - b.medianMicros)[0]
  const factor = (fastest?.medianMicros ?? 0) / (mine?.medianMicros ?? 1)
  return {
    ...result,
    owed: [
      {
        promise: 'no slower than the fastest peer',
        measured: `${factor.toFixed(2)} times as fast as ${fastest?.name}`,
        holds: factor >= 1,
      },
    ],
  }
}

async function measureMemory(): Promise<Result> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const usedBytes = async (): Promise<number> => {
    for (let i = 0; i < 5; i++) {
      collect()
      await setTimeout(20) // Buffers are freed after the collection, not in it.
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = await usedBytes()
  const tree: Tree = buildTree(new Uint8Array(1_000_000 * 32).fill(1))
  const megabytes = ((await usedBytes()) - before) / 1e6
  return {
    title: `memory of a tree of ${tree.size.toLocaleString('en')} leaves, leaves included`,
    unit: 'tree',
    rows: [],
    owed: [
      { promise: 'at most 70 MB', measured: `${megabytes.toFixed(1)} MB`, holds: megabytes <= 70 },
    ],
  }
}

type Leaves = { flat: Uint8Array; buffers: Buffer[]; binary: string[]; hex: string[] }

function makeLeaves(size: number): Leaves {
  const flat = new Uint8Array(crypto.randomBytes(size * 32))
  const buffers = Array.from({ length: size }, (_, i) =>
    Buffer.from(flat.subarray(i * 32, (i + 1) * 32)),
  )
  const binary = buffers.map((buffer) => buffer.toString('latin1'))
  return { flat, buffers, binary, hex: buffers.map((buffer) => `0x${buffer.toString('hex')}`) }
}

function buildMerkletreejs(leaves: Buffer[]): MerkleTree {
  return new MerkleTree(leaves, (data: Buffer) => crypto.hash('sha256', data, 'buffer'))
}

// The fastest elements for it: binary strings, which it only joins and hands to the hash.
function buildFixed(leaves: string[]) {
  const hashFunction = (left: unknown, right: unknown): string =>
    crypto.hash('sha256', Buffer.from(`${left}${right}`, 'latin1'), 'binary')
  return new fixed.MerkleTree(depthOf(leaves.length), leaves, {
    hashFunction,
    zeroElement: '\0'.repeat(32),
  })
}

// Its fastest elements when paths are wanted as text: they are text from the start.
function buildFixedHex(leaves: string[]) {
  const hashFunction = (left: unknown, right: unknown): string =>
    `0x${crypto.hash('sha256', Buffer.from(`${String(left).slice(2)}${String(right).slice(2)}`, 'hex'), 'hex')}`
  return new fixed.MerkleTree(depthOf(leaves.length), leaves, {
    hashFunction,
    zeroElement: `0x${'00'.repeat(32)}`,
  })
}

function buildPersistent(leaves: Buffer[]): Node {
  return subtreeFillToContents(
    leaves.map((leaf) => LeafNode.fromRoot(leaf)),
    depthOf(leaves.length),
  )
}

// Its proofs carry no sides, so its nodes must sort their children.
function buildOpenzeppelin(leaves: string[]): SimpleMerkleTree {
  const nodeHash = (a: unknown, b: unknown): string => {
    const [left, right] = [String(a).slice(2), String(b).slice(2)]
    const input = Buffer.from(left < right ? left + right : right + left, 'hex')
    return `0x${crypto.hash('sha256', input, 'hex')}`
  }
  return SimpleMerkleTree.of(leaves, { sortLeaves: false, nodeHash })
}

// Down from the root by the bits of the index: quicker than its own proof functions, which make a gindex first.
function persistentPath(root: Node, index: number, depth: number): string[] {
  const path: string[] = []
  let node = root
  for (let bit = depth - 1; bit >= 0; bit--) {
    const isRight = ((index >> bit) & 1) === 1
    path.push(`0x${Buffer.from((isRight ? node.left : node.right).root).toString('hex')}`)
    node = isRight ? node.right : node.left
  }
  return path.reverse()
}

function depthOf(size: number): number {
  return Math.ceil(Math.log2(size))
}

function roundsFor(size: number): { rounds: number; minMs: number } {
  return size <= 100_000 ? { rounds: 9, minMs: 200 } : { rounds: 3, minMs: 1 }
}

// Keeps the work from being optimised away.
let kept = 0
function keep(path: readonly string[]): void {
  kept += path.length
  if (kept === -1) throw new Error('never')
}
