// The contract of the journal port: every adapter passes it.
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { BatchBook, Tip } from './batch-port.ts'
import type { Product } from './log-port.ts'
import type { AcceptedEvent, Journal } from './port.ts'

export const now = new Date('2026-11-02T14:00:00Z')
export const whole = { products: 10, digests: 1300, perProduct: 1300 }

export function product(name: string): Product {
  return {
    scid: `Q${name}`,
    did: `did:webvh:Q${name}:example.com`,
    item: `https://id.gs1.org/01/09521234500018/21/${name}`,
    controller: 'did:key:z1',
    control: 'delegated',
    head: '{}',
  }
}

export function genesis(name: string, versionId = `1-${name}`) {
  return { scid: `Q${name}`, versionNumber: 1, versionId, line: `{"${name}":1}\n` }
}

export function event(
  name: string,
  products: readonly string[],
  id = `urn:${name}`,
): AcceptedEvent {
  return {
    digest: `z${name}`,
    issuer: 'did:key:z1',
    id,
    text: '{}',
    verificationMethod: 'did:key:z1#z1',
    key: 'z1',
    products: products.map((scid) => ({
      did: `did:webvh:${scid}:example.com`,
      scid,
      hosted: scid !== 'Qelsewhere',
    })),
  }
}

/** `open` gives a fresh, empty journal. */
export async function leased(journal: Journal): Promise<BatchBook> {
  const book = await journal.acquireLease()
  if (book === undefined) throw new Error('the lease is free')
  return book
}

export function describeJournal(name: string, open: () => Promise<Journal>): void {
  describe(`journal: ${name}`, () => {
    it('stores a product once, and no two logs for one item', async () => {
      const journal = await open()
      expect(await journal.products.add(product('a'), genesis('a'))).toBe('added')
      expect(await journal.products.add(product('a'), genesis('a'))).toBe('known')
      expect(await journal.products.add(product('a'), genesis('a', '1-other'))).toBe('taken')
      const rival = { ...product('b'), item: product('a').item }
      expect(await journal.products.add(rival, genesis('b'))).toBe('taken')
      expect(await journal.products.lines('Qa')).toEqual(['{"a":1}\n'])
    })

    it('accepts the events of a request all or none, each once, with its first receipt', async () => {
      const journal = await open()
      await journal.products.add(product('a'), genesis('a'))
      const { events } = journal
      const requests = [
        events.accept([event('1', ['Qa']), event('2', ['Qa'])], 'first', now),
        events.accept([event('2', ['Qa']), event('3', ['Qa'])], 'second', now),
        events.accept([event('4', ['Qa', 'Qelsewhere'])], 'third', now),
      ]
      expect(await Promise.all(requests)).toEqual([true, false, true])
      expect(await events.standing(event('2', []))).toEqual({ kind: 'known', receipt: 'first' })
      expect(await events.standing(event('3', []))).toEqual({ kind: 'new' })
      const other = event('5', [], 'urn:1')
      expect(await events.standing(other)).toEqual({ kind: 'conflict', digest: 'z1' })
      expect(await events.waiting('Qa')).toEqual(['z1', 'z2', 'z4'])
      const deliveries = await events.deliveries('z4')
      expect(deliveries?.map(({ state }) => state)).toEqual(['pending', 'not-hosted'])
      expect(await events.deliveries('z3')).toBeUndefined()
    })

    it('gives the lease to one at a time', async () => {
      const journal = await open()
      const book = await leased(journal)
      expect(await journal.acquireLease()).toBeUndefined()
      await book.release()
      const next = await leased(journal)
      await expect(book.claim(10, now)).rejects.toMatchObject({ code: 'ERR_DPP_LEASE_LOST' })
      expect(await next.claim(10, now)).toBeUndefined()
    })

    it('takes a batch from claim to root, once', async () => {
      const journal = await open()
      await journal.products.add(product('a'), genesis('a'))
      await journal.events.accept([event('1', ['Qa']), event('2', ['Qa'])], 'receipt', now)
      const book = await leased(journal)
      const batch = await book.claim(10, now)
      expect(batch).toMatchObject({ id: 1, state: 'claimed', events: 2 })
      expect(await book.claim(10, now)).toBeUndefined() // Everything is claimed.
      const [claim] = await book.claimedProducts(1, whole)
      expect(claim?.digests).toEqual(['z1', 'z2'])
      const entry = { scid: 'Qa', versionNumber: 2, versionId: '2-a', line: '{"a":2}\n' }
      const signed = { entry, head: '{}', controller: 'did:key:z1', digests: ['z1', 'z2'] }
      await book.recordEntries(1, [signed])
      expect(await book.claimedProducts(1, whole)).toEqual([])
      await expect(book.recordEntries(1, [signed])).rejects.toThrow() // No second entry 2.
      expect(await Readable.from(book.tips(1)).toArray()).toEqual([
        { scid: 'Qa', versionId: '2-a', line: '{"a":2}\n', parent: '1-a' },
      ])
      expect(await book.digests(1, 10)).toEqual(['z1', 'z2'])
      const leaf = {
        kind: 'product' as const,
        scid: 'Qa',
        versionId: '2-a',
        parent: '1-a',
        leafHash: new Uint8Array(32),
      }
      await book.recordRoot(1, '0x01', [leaf])
      await book.recordRoot(1, '0x01', [leaf])
      await expect(book.recordRoot(1, '0x02', [leaf])).rejects.toThrow('two roots')
      expect(await journal.batches.leaves(1)).toHaveLength(1)
      await book.advance(1, 'settled', now)
      expect(await book.open()).toEqual([])
    })

    it('keeps how far the files of a batch are out, until it is settled', async () => {
      const journal = await open()
      await journal.products.add(product('a'), genesis('a'))
      const book = await leased(journal)
      await book.claim(10, now)
      expect(await book.publishedUpTo(1, 'logs')).toBeUndefined()
      await book.notePublished(1, 'logs', 'Qa')
      await book.notePublished(1, 'proofs', '499')
      await book.notePublished(1, 'proofs', '999')
      expect(await book.publishedUpTo(1, 'logs')).toBe('Qa')
      expect(await book.publishedUpTo(1, 'proofs')).toBe('999')
      expect(await book.publishedUpTo(1, 'events')).toBeUndefined()
      await book.release()
      const next = await leased(journal)
      const late = book.notePublished(1, 'logs', 'Qb')
      await expect(late).rejects.toMatchObject({ code: 'ERR_DPP_LEASE_LOST' })
      expect(await next.publishedUpTo(1, 'logs')).toBe('Qa')
      expect(await next.publishedUpTo(1, 'proofs')).toBe('999')
      await next.advance(1, 'settled', now)
      expect(await next.publishedUpTo(1, 'proofs')).toBeUndefined()
    })

    it('gives the events of a void entry back', async () => {
      const journal = await open()
      await journal.products.add(product('a'), genesis('a'))
      await journal.events.accept([event('1', ['Qa'])], 'receipt', now)
      const book = await leased(journal)
      await book.claim(10, now)
      const entry = { scid: 'Qa', versionNumber: 2, versionId: '2-a', line: '{"a":2}\n' }
      await book.recordEntries(1, [{ entry, head: 'h2', controller: 'c', digests: ['z1'] }])
      const winner = { ...entry, versionId: '2-b', line: '{"b":2}\n' }
      await book.voidEntries(1, 'Qa', 1, { entries: [winner], head: 'h2b', controller: 'd' })
      expect(await journal.products.lines('Qa')).toEqual(['{"a":1}\n', '{"b":2}\n'])
      expect(await journal.events.waiting('Qa')).toEqual(['z1'])
      expect((await journal.products.find('Qa'))?.controller).toBe('d')
      expect(await book.claim(10, now)).toMatchObject({ id: 2, events: 1 })
    })

    it('leaves entries that cannot be published to the next batch, as they are', async () => {
      const journal = await open()
      for (const name of ['a', 'b']) await journal.products.add(product(name), genesis(name))
      await journal.events.accept([event('1', ['Qa', 'Qb'])], 'receipt', now)
      await journal.events.accept([event('2', ['Qa'])], 'receipt', now)
      const book = await leased(journal)
      await book.claim(10, now)
      const entries = (['a', 'b'] as const).map((name) => ({
        entry: { scid: `Q${name}`, versionNumber: 2, versionId: `2-${name}`, line: '{"2":2}\n' },
        head: 'h2',
        controller: 'c',
        digests: name === 'a' ? ['z1', 'z2'] : ['z1'],
      }))
      await book.recordEntries(1, entries)
      await book.defer(1, 'Qa')
      await book.defer(1, 'Qa')
      expect(await book.products(1, 10)).toEqual(['Qb'])
      expect(await book.digests(1, 10)).toEqual(['z1'])
      expect(
        (await Readable.from(book.tips(1)).toArray()).map(({ versionId }: Tip) => versionId),
      ).toEqual(['2-b'])
      expect(await journal.events.sealed('Qa')).toEqual(
        new Map([
          ['z1', '2-a'],
          ['z2', '2-a'],
        ]),
      )
      expect(await book.claim(10, now)).toMatchObject({ id: 2, events: 2 })
      expect(
        (await Readable.from(book.tips(2)).toArray()).map(({ versionId }: Tip) => versionId),
      ).toEqual(['2-a'])
      expect(await book.digests(2, 10)).toEqual(['z1', 'z2'])
      expect(await book.digests(1, 10)).toEqual(['z1'])
    })

    it('keeps the entry of a product that is set aside, for when it is resumed', async () => {
      const journal = await open()
      for (const name of ['a', 'b']) await journal.products.add(product(name), genesis(name))
      const book = await leased(journal)
      await book.claim(10, now) // The genesis of both.
      await journal.events.accept([event('1', ['Qa', 'Qb']), event('2', ['Qa'])], 'receipt', now)
      await book.claim(10, now)
      const entries = (['a', 'b'] as const).map((name) => ({
        entry: { scid: `Q${name}`, versionNumber: 2, versionId: `2-${name}`, line: '{"2":2}\n' },
        head: 'h2',
        controller: 'c',
        digests: name === 'a' ? ['z1', 'z2'] : ['z1'],
      }))
      await book.recordEntries(2, entries)
      await journal.events.accept([event('3', ['Qa'])], 'receipt 3', now)
      await book.setAside(2, 'Qa', 'ERR_DPP_TEST')
      expect(await book.products(2, 10)).toEqual(['Qb'])
      expect(await book.digests(2, 10)).toEqual(['z1'])
      expect(await journal.products.lines('Qa')).toHaveLength(2)
      expect(await journal.products.suspended()).toEqual([{ scid: 'Qa', reason: 'ERR_DPP_TEST' }])
      expect((await journal.events.dead(10)).map(({ digest }) => digest).sort()).toEqual([
        'z1',
        'z2',
        'z3',
      ])
      expect(await book.claim(10, now)).toBeUndefined()

      expect(await journal.events.replay('z2')).toBe(1)
      await journal.products.resume('Qa')
      expect((await journal.events.dead(10)).map(({ digest }) => digest)).toEqual(['z3'])
      expect(await book.claim(10, now)).toMatchObject({ id: 3, events: 2 })
      expect(await book.claimedProducts(3, whole)).toEqual([])
      expect(await book.digests(3, 10)).toEqual(['z1', 'z2'])
      expect(await Readable.from(book.tips(3)).toArray()).toMatchObject([
        { scid: 'Qa', versionId: '2-a', parent: '1-a' },
      ])
      expect(await journal.events.sealed('Qa')).toEqual(
        new Map([
          ['z1', '2-a'],
          ['z2', '2-a'],
        ]),
      )
      expect(await journal.events.replay('z3')).toBe(1)
      const next = await book.claim(10, now)
      expect(await book.claimedProducts(next?.id ?? 0, whole)).toMatchObject([{ digests: ['z3'] }])
    })

    it('records no entry whose predecessor it lacks', async () => {
      const journal = await open()
      await journal.products.add(product('a'), genesis('a'))
      await journal.events.accept([event('1', ['Qa'])], 'receipt', now)
      const book = await leased(journal)
      await book.claim(10, now)
      const entry = { scid: 'Qa', versionNumber: 3, versionId: '3-a', line: '{"3":3}\n' }
      const signed = { entry, head: 'h3', controller: 'c', digests: ['z1'] }
      await expect(book.recordEntries(1, [signed])).rejects.toThrow('follows the one before it')
      expect(await journal.products.lines('Qa')).toHaveLength(1)
    })

    it('sets a product and a key aside without stopping the others', async () => {
      const journal = await open()
      for (const name of ['a', 'b']) await journal.products.add(product(name), genesis(name))
      await journal.events.accept([event('1', ['Qa', 'Qb'])], 'receipt', now)
      const book = await leased(journal)
      await book.claim(10, now)
      await book.suspend(1, 'Qa', 'ERR_DPP_TEST')
      const claims = await book.claimedProducts(1, whole)
      expect(claims.map((claim) => claim.product.scid)).toEqual(['Qb'])
      const [key] = await book.claimedKeys(1)
      if (key === undefined) throw new Error('a key is claimed')
      await book.refuseKey(1, key, 'ERR_DPP_TEST_KEY')
      const deliveries = await journal.events.deliveries('z1')
      expect(deliveries?.map(({ state, reason }) => [state, reason])).toEqual([
        ['dead', 'ERR_DPP_TEST'],
        ['dead', 'ERR_DPP_TEST_KEY'],
      ])
      expect(await journal.events.dead(10)).toHaveLength(2)
      expect(await journal.events.countDead()).toBe(2)
      await journal.products.resume('Qa')
      expect(await journal.events.replay('z1')).toBe(2)
      expect(await journal.events.backlog()).toEqual({ deliveries: 2, oldest: now })
      expect(await book.claim(10, now)).toMatchObject({ id: 2, events: 1 })
    })
  })
}
