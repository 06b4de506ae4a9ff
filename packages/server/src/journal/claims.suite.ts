// The contract of the journal port, third part: what a batch claims, a page at a time, however much it is.
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { event, genesis, leased, now, product, whole } from './journal.suite.ts'
import type { Journal } from './port.ts'

export function describeClaims(name: string, open: () => Promise<Journal>): void {
  describe(`journal, claims: ${name}`, () => {
    it('lets what is more than an entry takes wait for the next batch, in its order', async () => {
      const journal = await open()
      await journal.products.add(product('a'), genesis('a'))
      const names = Array.from({ length: 1203 }, (_, i) => String(i).padStart(4, '0'))
      await journal.events.accept(
        names.map((name) => event(name, ['Qa'])),
        'receipt',
        now,
      )
      const book = await leased(journal)
      await book.claim(10_000, now)
      const [claim] = await book.claimedProducts(1, { ...whole, perProduct: 2 })
      expect(claim?.digests).toEqual(['z0000', 'z0001'])
      const entry = { scid: 'Qa', versionNumber: 2, versionId: '2-a', line: '{"a":2}\n' }
      const signed = { entry, head: '{}', controller: 'c', digests: claim?.digests ?? [] }
      await book.recordEntries(1, [signed])
      expect(await book.claimedProducts(1, whole)).toEqual([])
      expect(await book.digests(1, 10)).toEqual(['z0000', 'z0001'])
      expect(await journal.events.backlog()).toEqual({ deliveries: 1201, oldest: now })
      expect((await journal.events.waiting('Qa')).slice(0, 2)).toEqual(['z0002', 'z0003'])
      await book.claim(10_000, now)
      const [next] = await book.claimedProducts(2, whole)
      expect(next?.digests).toEqual(names.slice(2).map((name) => `z${name}`))
    })

    it('claims more than a page, up to its limit, and counts an event of two products once', async () => {
      const journal = await open()
      const names = Array.from({ length: 1101 }, (_, i) => String(i).padStart(4, '0'))
      for (const name of ['a', 'b', 'c']) await journal.products.add(product(name), genesis(name))
      await journal.events.accept(
        names.map((name) => event(name, ['Qa', 'Qb'])),
        'receipt',
        now,
      )
      const otherKey = { ...event('last', ['Qc']), verificationMethod: 'did:key:z2#z2', key: 'z2' }
      await journal.events.accept([otherKey], 'receipt', now)
      const book = await leased(journal)
      expect(await book.claim(2201, now)).toMatchObject({ id: 1, events: 1101 })
      expect(await book.claimedKeys(1)).toMatchObject([{ key: 'z1' }])
      const claims = await book.claimedProducts(1, whole)
      expect(claims.map(({ digests }) => digests.length)).toEqual([1101, 1100])
      expect(await book.claimedProducts(1, { ...whole, digests: 1101 })).toEqual(claims.slice(0, 1))
      expect(await book.claimedProducts(1, { ...whole, products: 1 })).toEqual(claims.slice(0, 1))
      expect(claims[0]?.digests).toEqual(names.map((name) => `z${name}`))
      // What is left, and what has come since.
      await journal.events.accept([event('later', ['Qb'])], 'receipt', now)
      expect(await book.claim(100_000, now)).toMatchObject({ id: 2, events: 3 })
      const keys = await book.claimedKeys(2)
      expect(keys.map(({ key }) => key).sort()).toEqual(['z1', 'z2'])
      for (const { product: claimed, digests } of claims) {
        const entry = { scid: claimed.scid, versionNumber: 2, versionId: '2-x', line: '{"2":2}\n' }
        await book.recordEntries(1, [{ entry, head: '{}', controller: 'c', digests }])
      }
      const pages = [await book.digests(1, 600), await book.digests(1, 600, 'z0599')]
      expect(pages.flat()).toEqual(names.map((name) => `z${name}`))
      expect(await book.digests(1, 600, 'z1100')).toEqual([])
      expect(await book.issuers(1)).toEqual(['did:key:z1'])
      expect(await Readable.from(journal.events.list()).toArray()).toEqual([
        ...names.map((name) => `z${name}`),
        'zlast',
        'zlater',
      ])
    })

    it('refuses a key with more than a page of claims, nobody waiting for the last', async () => {
      const journal = await open()
      for (const name of ['a', 'b', 'c']) await journal.products.add(product(name), genesis(name))
      const names = Array.from({ length: 1250 }, (_, i) => String(i).padStart(4, '0'))
      const removed = names.map((name) => event(name, ['Qa', 'Qb']))
      const others = names
        .slice(0, 30)
        .map((name) => ({ ...event(`x${name}`, ['Qa', 'Qc']), key: 'z2' }))
      await journal.events.accept([...others, ...removed], 'receipt', now)
      const book = await leased(journal)
      await book.claim(10_000, now)
      const key = (await book.claimedKeys(1)).find((each) => each.key === 'z1')
      if (key === undefined) throw new Error('the key is claimed')
      const refusal = book.refuseKey(1, key, 'ERR_DPP_TEST_KEY')
      await setImmediate()
      expect(await journal.events.countDead()).toBeLessThan(2500)
      await refusal
      expect(await journal.events.countDead()).toBe(2500)
      expect(await book.claimedKeys(1)).toEqual([{ ...key, key: 'z2' }])
      const claims = await book.claimedProducts(1, { ...whole, digests: 10_000 })
      expect(claims.map(({ product: { scid } }) => scid)).toEqual(['Qa', 'Qc'])
      for (const { digests } of claims) expect(digests).toEqual(others.map((each) => each.digest))
    })

    it('goes on with a key that a process refused in part', async () => {
      const journal = await open()
      await journal.products.add(product('a'), genesis('a'))
      const names = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'))
      for (const request of ['1', '2', '3', '4', '5']) {
        const events = names.map((name) => event(request + name, ['Qa']))
        await journal.events.accept(events, `receipt ${request}`, now)
      }
      const book = await leased(journal)
      await book.claim(10_000, now)
      const [key] = await book.claimedKeys(1)
      if (key === undefined) throw new Error('a key is claimed')
      const refusal = Promise.allSettled([book.refuseKey(1, key, 'ERR_DPP_TEST_KEY')])
      await book.release()
      const next = await leased(journal)
      await refusal // It lost the lease, unless it was faster.
      for (const left of await next.claimedKeys(1)) {
        expect(left).toEqual(key)
        await next.refuseKey(1, left, 'ERR_DPP_TEST_KEY')
      }
      expect(await journal.events.countDead()).toBe(5000)
      expect(await next.claimedKeys(1)).toEqual([])
      expect(await next.claimedProducts(1, whole)).toEqual([])
    })
  })
}
