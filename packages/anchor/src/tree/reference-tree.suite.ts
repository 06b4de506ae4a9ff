// Test support: RFC 9162 §2.1 written down as the text has it, by recursion over lists. Slow, and the oracle
// that the real tree, which walks levels of a flat buffer, is held against.
import { emptyRoot, hashNode } from './leaf.ts'

/** MTH(D[n]), §2.1.1, over leaf hashes. */
export function referenceRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves
  if (first === undefined) return emptyRoot()
  if (leaves.length === 1) return first
  const k = splitPoint(leaves.length)
  return hashNode(referenceRoot(leaves.slice(0, k)), referenceRoot(leaves.slice(k)))
}

/** PATH(m, D[n]), §2.1.3.1. */
export function referencePath(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return []
  const k = splitPoint(leaves.length)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  return m < k
    ? [...referencePath(m, left), referenceRoot(right)]
    : [...referencePath(m - k, right), referenceRoot(left)]
}

/** PROOF(m, D[n]), §2.1.4.1, for 0 < m < n. */
export function referenceProof(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  return referenceSubproof(m, leaves, true)
}

function referenceSubproof(m: number, leaves: readonly Uint8Array[], known: boolean): Uint8Array[] {
  if (m === leaves.length) return known ? [] : [referenceRoot(leaves)]
  const k = splitPoint(leaves.length)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  return m <= k
    ? [...referenceSubproof(m, left, known), referenceRoot(right)]
    : [...referenceSubproof(m - k, right, false), referenceRoot(left)]
}

// The largest power of two smaller than n.
function splitPoint(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}
