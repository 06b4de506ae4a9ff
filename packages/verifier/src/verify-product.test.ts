import { eventDigest } from '@dpp/core'
import { describe, expect, it } from 'vitest'
import { createMemoryReader } from './chain/memory-reader.ts'
import {
  anchorBatch,
  appendEvents,
  at,
  CHAIN,
  createStandardWorld,
  createTestEvent,
  publishEvent,
  publishLog,
  REGISTRY,
  type World,
} from './lies/evidence.suite.ts'
import { parsePolicy } from './policy.ts'
import { createMemorySource } from './sources/memory-source.ts'
import { checkNames, type Verdict } from './verdict/verdict.ts'
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

  it('says what could be proven at an earlier time', async () => {
    const { world, product } = await createStandardWorld()
    const asOf = async (minutes: number): Promise<[string, number, string | undefined]> => {
      const { status, entries, anchoredThrough } = await verifyProduct(product.did, {
        policy,
        sources: [createMemorySource(world.files)],
        readers: [createMemoryReader(world.chain)],
        now: at(120),
        asOf: at(minutes),
      })
      return [status, entries.length, anchoredThrough?.time]
    }
    expect(await asOf(0)).toEqual(['indeterminate', 0, undefined])
    expect(await asOf(5)).toEqual(['pending', 1, undefined])
    expect(await asOf(25)).toEqual(['pending', 2, undefined])
    expect(await asOf(35)).toEqual(['anchored', 2, '2026-11-02T10:30:00Z'])
    expect(await asOf(85)).toEqual(['pending', 3, '2026-11-02T10:30:00Z'])
    expect(await asOf(100)).toEqual(['anchored', 3, '2026-11-02T11:30:00Z'])
    expect(await asOf(9999)).toEqual(['anchored', 3, '2026-11-02T11:30:00Z'])
  })

  it('tells each step once as it begins and ends, whatever the listener does', async () => {
    const { world, product } = await createStandardWorld()
    const steps: string[] = []
    const verdict = await verifyProduct(product.did, {
      policy,
      sources: [createMemorySource(world.files)],
      readers: [createMemoryReader(world.chain)],
      now: at(120),
      onStep: ({ check, state }) => {
        steps.push(`${check} ${state}`)
        throw new Error('a bug of the page')
      },
    })
    expect(verdict.status).toBe('anchored')
    expect([...steps].sort()).toEqual(
      checkNames.flatMap((name) => [`${name} done`, `${name} running`]).sort(),
    )
  })

  it('marks a corrected event and shows it still', async () => {
    const { world, product, issuer, events } = await createStandardWorld()
    const corrects = eventDigest(events[0])
    const parts = {
      issuer: issuer.did,
      key: 'windowco 1',
      products: [product.did],
      minute: 75,
      corrects,
    }
    const correction = await createTestEvent(parts)
    publishEvent(world, correction)
    await appendEvents(product, 'W1', [correction], 95)
    publishLog(world, product)
    anchorBatch(world, { minute: 100, products: [product] })
    const verdict = await verify(product.did, world)
    expect(verdict.status).toBe('anchored')
    expect(verdict.eventCounts).toMatchObject({ anchored: 3, corrected: 1 })
    expect(verdict.events[0]?.correctedBy).toEqual([eventDigest(correction)])
  })
})
