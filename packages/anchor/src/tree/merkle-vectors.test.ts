// The published vectors of transparency-dev/merkle: 98 inclusion and 98 consistency proofs, good and bad.
import { describe, expect, it } from 'vitest'
import { vectorFiles } from '../../../../test/vectors.ts'
import { verifyConsistency } from './consistency.ts'
import { verifyInclusion } from './inclusion.ts'

type InclusionVector = {
  leafIdx: number
  treeSize: number
  root: string
  leafHash: string
  proof: string[] | null
  wantErr: boolean
}
type ConsistencyVector = {
  size1: number
  size2: number
  root1: string
  root2: string
  proof: string[] | null
  wantErr: boolean
}

const files = Object.entries(vectorFiles('merkle')).filter(([path]) => path.endsWith('.json'))

describe('transparency-dev/merkle', () => {
  it.skipIf(files.length === 0)(
    'answers every vector as published (skipped where the vectors are absent)',
    () => {
      const count = { inclusion: 0, consistency: 0, accepted: 0 }
      for (const [path, text] of files) {
        const vector: unknown = JSON.parse(text)
        const valid = path.includes('/inclusion/')
          ? checkInclusion(vector as InclusionVector)
          : checkConsistency(vector as ConsistencyVector)
        expect({ path, valid }).toEqual({ path, valid: !(vector as { wantErr: boolean }).wantErr })
        count[path.includes('/inclusion/') ? 'inclusion' : 'consistency']++
        if (valid) count.accepted++
      }
      console.info(
        `transparency-dev/merkle: ${count.inclusion} inclusion + ${count.consistency} consistency vectors as published, ${count.accepted} of them valid`,
      )
      expect([count.inclusion, count.consistency]).toEqual([98, 98])
    },
  )
})

function checkInclusion(vector: InclusionVector): boolean {
  return verifyInclusion({
    leafHash: bytesOf(vector.leafHash),
    leafIndex: vector.leafIdx,
    treeSize: vector.treeSize,
    path: (vector.proof ?? []).map(bytesOf),
    root: bytesOf(vector.root),
  })
}

function checkConsistency(vector: ConsistencyVector): boolean {
  return verifyConsistency({
    size1: vector.size1,
    size2: vector.size2,
    root1: bytesOf(vector.root1),
    root2: bytesOf(vector.root2),
    path: (vector.proof ?? []).map(bytesOf),
  })
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64 ?? ''), (c) => c.charCodeAt(0))
}
