// The examples of the format pages are real: they parse, and their hashes hold.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { formatHash, parseHash } from '../tree/hash-text.ts'
import { entryLeafHash } from '../tree/leaf.ts'
import { parseBatchFile, verifyBatchFile } from './batch-file.ts'
import { parseWitnessFile, verifyInclusionProof } from './witness-file.ts'

function exampleOf(page: string, nth = 0): string {
  const text = readFileSync(new URL(`../../../../docs/spec/${page}.md`, import.meta.url), 'utf8')
  return [...text.matchAll(/^```(?:json|text)\n([\s\S]*?)\n```$/gm)][nth]?.[1] ?? ''
}

it('the examples of leaf, witness file and batch file belong together and verify', () => {
  const leafHash = entryLeafHash(exampleOf('leaf'))
  expect(formatHash(leafHash)).toBe(exampleOf('leaf', 1))

  const [proof] = parseWitnessFile(exampleOf('witness-file')).proofs
  expect(proof && verifyInclusionProof(proof, leafHash)).toBe(true)

  const batch = parseBatchFile(exampleOf('batch-file'))
  expect(verifyBatchFile(batch)).toBe(true)
  expect(batch.root).toBe(proof?.root)
  expect(parseHash(batch.entries[proof?.leafIndex ?? -1]?.leafHash)).toEqual(leafHash)
})
