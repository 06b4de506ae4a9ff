// The published JSON Schemas against what the code makes and accepts.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import { createMemoryReader } from '../chain/memory-reader.ts'
import { at, CHAIN, createStandardWorld, REGISTRY } from '../lies/evidence.suite.ts'
import { parsePolicy } from '../policy.ts'
import { createMemorySource } from '../sources/memory-source.ts'
import { verifyProduct } from '../verify-product.ts'
import type { Verdict } from './verdict.ts'

function compile(name: string) {
  const url = new URL(`../../../../docs/spec/${name}.schema.json`, import.meta.url)
  return new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(url, 'utf8')))
}

it('every kind of verdict fits its schema', async () => {
  const validate = compile('verdict')
  const policy = parsePolicy({ chains: [{ id: CHAIN, registry: REGISTRY }] })
  const verify = async (
    change: (scene: Awaited<ReturnType<typeof createStandardWorld>>) => void,
  ): Promise<Verdict> => {
    const scene = await createStandardWorld()
    change(scene)
    return verifyProduct(scene.product.did, {
      policy,
      sources: [createMemorySource(scene.world.files)],
      readers: [createMemoryReader(scene.world.chain)],
      now: at(120),
    })
  }
  const verdicts = [
    await verify(() => {}),
    await verify(({ world }) => {
      world.files = {}
    }),
    await verify(({ world }) => {
      world.chain.roots = {}
    }),
    await verify(({ world }) => {
      world.chain.finalized = 1
    }),
  ]
  expect(verdicts.map(({ status }) => status)).toEqual([
    'anchored',
    'indeterminate',
    'invalid',
    'pending',
  ])
  for (const verdict of verdicts)
    expect(validate(verdict), JSON.stringify(validate.errors)).toBe(true)
})

it('the example policy of its page fits schema and parser; a misspelt member fits neither', () => {
  const validate = compile('trust-policy')
  const policy = {
    type: 'DppTrustPolicy',
    version: 1,
    chains: [
      {
        id: CHAIN,
        registry: REGISTRY,
        anchorers: [REGISTRY, { address: REGISTRY, from: '2026-01-01T00:00:00Z' }],
        finality: { depth: 3 },
        trustedBlocks: [{ number: '1', hash: `0x${'1'.repeat(64)}` }],
      },
    ],
    issuers: [
      'did:key:z6Mk',
      { did: `did:webvh:Qm${'a'.repeat(44)}:a.example`, types: ['inspecting'] },
    ],
    allowDidKey: true,
    maxAgeSeconds: 1,
  }
  expect(validate(policy), JSON.stringify(validate.errors)).toBe(true)
  expect(() => parsePolicy(policy)).not.toThrow()
  for (const bad of [
    { ...policy, anchorer: [] },
    { chains: [{ id: CHAIN }] },
    { chains: [{ id: CHAIN, registry: 'x' }] },
  ]) {
    expect(validate(bad)).toBe(false)
    expect(() => parsePolicy(bad)).toThrow()
  }
})
