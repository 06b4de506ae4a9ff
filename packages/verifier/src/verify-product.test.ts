import { describe, expect, it } from 'vitest'
import { at, CHAIN, createStandardWorld, REGISTRY, type World } from './evidence.suite.ts'
import { createMemoryReader } from './memory-reader.ts'
import { createMemorySource } from './memory-source.ts'
import { parsePolicy } from './policy.ts'
import type { Verdict } from './verdict.ts'
import { verifyProduct } from './verify-product.ts'

const policy = parsePolicy({ chains: [{ id: CHAIN, registry: REGISTRY }] })

function verify(did: string, world: World, unreachable: readonly string[] = []): Promise<Verdict> {
  return verifyProduct(did, {
    policy,
    sources: [createMemorySource(world.files, { unreachable })],
    readers: [createMemoryReader(world.chain)],
    now: at(120),
  })
}

describe('verifyProduct', () => {
  it('finds honest evidence anchored', async () => {
    const { world, product } = await createStandardWorld()
    const verdict = await verify(product.did, world)
    expect(verdict.checks.map(({ check, status, reason }) => [check, status, reason])).toEqual([
      ['log', 'passed', 'log.verified'],
      ['events', 'passed', 'events.verified'],
      ['inclusion', 'passed', 'inclusion.proven'],
      ['anchor', 'passed', 'anchor.confirmed'],
    ])
    expect(verdict.status).toBe('anchored')
    expect(verdict.events.map(({ status, anchoredTime }) => [status, anchoredTime])).toEqual([
      ['anchored', '2026-11-02T10:30:00Z'],
      ['anchored', '2026-11-02T11:30:00Z'],
    ])
    expect(verdict.anchoredThrough).toEqual({
      versionId: product.head.versionId,
      time: '2026-11-02T11:30:00Z',
      ageSeconds: 1800,
    })
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict)
  })
})
