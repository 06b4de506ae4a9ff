// Outages: every read cut, every question to the chain cut, sources and readers that break their contract.
import type { AnchorReader } from '@dpp/anchor'
import { describe, expect, it } from 'vitest'
import { createMemoryReader } from '../chain/memory-reader.ts'
import { parsePolicy } from '../policy.ts'
import { createMemorySource } from '../sources/memory-source.ts'
import type { EvidenceSource, Reading } from '../sources/source.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { verifyProduct } from '../verify-product.ts'
import { at, BASE, CHAIN, createStandardWorld, REGISTRY } from './evidence.suite.ts'

const policy = parsePolicy({ chains: [{ id: CHAIN, registry: REGISTRY }] })

type Scene = Awaited<ReturnType<typeof createStandardWorld>>

function verify(
  { product, world }: Scene,
  change: { source?: EvidenceSource; reader?: AnchorReader; signal?: AbortSignal } = {},
): Promise<Verdict> {
  return verifyProduct(product.did, {
    policy,
    sources: [change.source ?? createMemorySource(world.files)],
    readers: [change.reader ?? createMemoryReader(world.chain)],
    now: at(120),
    limits: { timeoutMs: 100 },
    ...(change.signal === undefined ? {} : { signal: change.signal }),
  })
}

/** A source that fails at its n-th read, and counts. */
function cutSource({ world }: Scene, n: number): EvidenceSource & { reads: string[] } {
  const whole = createMemorySource(world.files)
  const reads: string[] = []
  return {
    reads,
    read(url, options) {
      reads.push(url)
      if (reads.length - 1 === n) throw new TypeError('fetch failed')
      return whole.read(url, options)
    },
  }
}

describe('outages', () => {
  it('are indeterminate for every file whose read is cut, and name it', async () => {
    const scene = await createStandardWorld()
    const counting = cutSource(scene, -1)
    await verify(scene, { source: counting })
    expect(counting.reads.length).toBeGreaterThan(4)
    for (const [n, url] of counting.reads.entries()) {
      const verdict = await verify(scene, { source: cutSource(scene, n) })
      // The issuer's own log has a mirror; for every other file there is no second place.
      const isIssuer = url === 'https://windowco.example/.well-known/did.jsonl'
      expect([url, verdict.status]).toEqual([url, isIssuer ? 'anchored' : 'indeterminate'])
      if (isIssuer) {
        expect(verdict.events[0]?.warnings.map(({ reason }) => reason)).toEqual([
          'warning.issuer-mirror',
        ])
      } else {
        const named = verdict.checks.find(({ status }) => status === 'indeterminate')
        expect(named?.values['url']).toBe(url)
        expect(named?.values['cause']).toBe('network: fetch failed')
      }
    }
  })

  it('are never invalid, and never anchored without the newest root, wherever the chain is cut', async () => {
    const scene = await createStandardWorld()
    const whole = createMemoryReader(scene.world.chain)
    for (let n = 0; n < 2; n++) {
      let asked = 0
      const roots: string[] = []
      const reader: AnchorReader = {
        chain: CHAIN,
        async findAnchor(query) {
          asked++
          if (asked - 1 === n) {
            roots.push(query.root)
            throw new Error('socket hang up')
          }
          return whole.findAnchor(query)
        },
      }
      const verdict = await verify(scene, { reader })
      const newest = verdict.checks.find(({ check }) => check === 'inclusion')?.values['root']
      const isNewest = roots.includes(newest ?? '')
      expect(verdict.status).toBe(isNewest ? 'indeterminate' : 'anchored')
      if (!isNewest) {
        expect(verdict.warnings.map(({ reason }) => reason)).toContain(
          'warning.earlier-anchor-unread',
        )
      }
    }
  })

  it('covers sources and readers that never answer, in bounded time', async () => {
    const scene = await createStandardWorld()
    const never = new Promise<never>(() => {})
    const silent = await verify(scene, { source: { read: () => never } })
    expect(silent.checks[0]).toMatchObject({ status: 'indeterminate', reason: 'log.unreachable' })
    expect(silent.checks[0]?.values['cause']).toMatch(/^timeout/)
    const mute = await verify(scene, { reader: { chain: CHAIN, findAnchor: () => never } })
    expect(mute.checks.at(-1)).toMatchObject({
      status: 'indeterminate',
      reason: 'anchor.unreadable',
    })
  })

  it('do not make entries and events pending: that needs positive evidence', async () => {
    const scene = await createStandardWorld()
    const unreachable = [`${BASE}${scene.product.scid}/witness.json`]
    const source = createMemorySource(scene.world.files, { unreachable })
    const verdict = await verify(scene, { source })
    expect(new Set(verdict.entries.map(({ status }) => status))).toEqual(new Set(['indeterminate']))
    expect(verdict.eventCounts).toMatchObject({ pending: 0, indeterminate: 2 })
  })

  it('stops when the caller stops', async () => {
    const scene = await createStandardWorld()
    const verdict = await verify(scene, { signal: AbortSignal.abort() })
    expect(verdict.status).toBe('indeterminate')
    expect(verdict.checks[0]?.values['cause']).toMatch(/^aborted/)
  })

  it('takes a broken source or reader for an outage', async () => {
    const scene = await createStandardWorld()
    const broken = { read: async () => ({ status: 'found' }) } as unknown as EvidenceSource
    expect((await verify(scene, { source: broken })).status).toBe('indeterminate')
    for (const answer of [undefined, {}, { status: 'missing' }]) {
      const odd = { read: async () => answer as unknown as Reading }
      expect((await verify(scene, { source: odd })).checks[0]?.reason).toBe('log.unreachable')
    }
    const reader = { chain: CHAIN, findAnchor: async () => ({}) } as unknown as AnchorReader
    expect((await verify(scene, { reader })).status).toBe('indeterminate')
  })

  it('reads past caches once when the log is older than the proofs', async () => {
    const scene = await createStandardWorld()
    const fresh = createMemorySource(scene.world.files)
    const logUrl = `${BASE}${scene.product.scid}/did.jsonl`
    const stale = createMemorySource({
      ...scene.world.files,
      [logUrl]: scene.product.lines.slice(0, 2).join(''),
    })
    const freshReads: string[] = []
    const source: EvidenceSource = {
      read(url, options) {
        if (options.fresh !== true) return stale.read(url, options)
        freshReads.push(url)
        return fresh.read(url, options)
      },
    }
    expect((await verify(scene, { source })).status).toBe('anchored')
    expect(freshReads).toEqual([logUrl])
  })

  it('asks every source before a file counts as absent', async () => {
    const scene = await createStandardWorld()
    const { product, world } = scene
    const empty = createMemorySource({})
    const out: EvidenceSource = {
      read: async () => ({ status: 'unreachable', cause: 'network', detail: 'out' }),
    }
    const options = { policy, readers: [createMemoryReader(world.chain)], now: at(120) }
    const whole = createMemorySource(world.files)
    const first = await verifyProduct(product.did, { ...options, sources: [empty, out, whole] })
    expect(first.status).toBe('anchored')
    const second = await verifyProduct(product.did, { ...options, sources: [empty, out] })
    expect(second.checks[0]?.reason).toBe('log.unreachable')
  })
})
