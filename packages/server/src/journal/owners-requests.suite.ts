// The contract of the journal port, second part: what is asked for after an event or a product was taken. Content that is
// withheld, logs that are to be closed, lists that are filtered.
import { describe, expect, it } from 'vitest'
import type { AppendedEntries, Product } from './log-port.ts'
import type { AcceptedEvent, Journal } from './port.ts'

const now = new Date('2026-11-02T14:00:00Z')
const text = '{"name":"Straße"}'
const bytes = new TextEncoder().encode(text)
const product: Product = {
  scid: 'Qa',
  did: 'did:webvh:Qa:example.com',
  item: 'https://id.gs1.org/01/09521234500018/21/a',
  controller: 'did:key:z1',
  control: 'delegated',
  head: '{}',
}
const genesis = { scid: 'Qa', versionNumber: 1, versionId: '1-a', line: '{"a":1}\n' }

function event(name: string, audience?: string): AcceptedEvent {
  return {
    ...{ digest: `z${name}`, issuer: `did:key:${name}`, id: `urn:${name}`, text, audience },
    ...{ verificationMethod: 'did:key:z1#z1', key: 'z1' },
    products: [{ did: product.did, scid: product.scid, hosted: true }],
  }
}

function entry(number: number, control: AppendedEntries['control']): AppendedEntries {
  const line = `{"a":${number}}\n`
  return {
    scid: 'Qa',
    before: number === 2 ? '{}' : `h${number - 1}`,
    entries: [{ scid: 'Qa', versionNumber: number, versionId: `${number}-a`, line }],
    head: `h${number}`,
    controller: product.controller,
    control,
    sealed: [],
  }
}

/** `open` gives a fresh, empty journal. */
export function describeOwnersRequests(name: string, open: () => Promise<Journal>): void {
  async function withProduct(): Promise<Journal> {
    const journal = await open()
    await journal.products.add(product, genesis)
    return journal
  }

  describe(`journal, what owners ask for: ${name}`, () => {
    it('keeps a restricted content apart, and gives an erased one to nobody', async () => {
      const { events } = await withProduct()
      await events.accept([event('open'), event('closed', 'inspectors')], 'receipt', now)
      expect(await events.withheld('zopen')).toBeUndefined()
      expect(await events.publicBytes('zopen')).toEqual(bytes)
      expect(await events.publicBytes('zclosed')).toBeUndefined()
      expect(await events.bytes('zclosed')).toEqual(bytes)
      const restricted = { audience: 'inspectors', isErased: false }
      expect(await events.withheld('zclosed')).toEqual(restricted)
      for (const digest of ['zopen', 'zclosed', 'zclosed']) {
        expect(await events.erase(digest, now)).toBe(true)
        expect(await events.bytes(digest)).toBeUndefined()
        expect(await events.publicBytes(digest)).toBeUndefined()
      }
      expect(await events.withheld('zopen')).toEqual({ audience: undefined, isErased: true })
      expect(await events.withheld('zclosed')).toEqual({ ...restricted, isErased: true })
      expect(await events.erase('zunknown', now)).toBe(false)
      expect(await events.standing(event('open'))).toEqual({ kind: 'known', receipt: 'receipt' })
    })

    it("counts an issuer's events since a time, and filters the lists", async () => {
      const { events, products } = await withProduct()
      await events.accept([event('1')], 'receipt', now)
      await events.accept([event('2')], 'receipt', new Date(now.getTime() + 1000))
      expect(await events.countSince('did:key:1', now)).toBe(1)
      expect(await events.countSince('did:key:1', new Date(now.getTime() + 1))).toBe(0)
      const digests = async (filter: object): Promise<string[]> =>
        (await events.recent(10, undefined, filter)).map(({ digest }) => digest)
      expect(await digests({ issuer: 'did:key:2' })).toEqual(['z2'])
      expect(await digests({ product: 'Qa' })).toEqual(['z2', 'z1'])
      expect(await digests({ product: 'Qb' })).toEqual([])
      expect(await products.page(10, '', { control: 'self' })).toEqual([])
      expect(await products.page(10, '', { controller: 'did:key:z1' })).toHaveLength(1)
      expect(await products.byItem(product.item)).toMatchObject({ scid: 'Qa' })
      expect(await products.byItem('x')).toBeUndefined()
    })

    it('closes a log when nothing waits for it, and takes no event from the request on', async () => {
      const { events, products } = await withProduct()
      await events.accept([event('1')], 'receipt', now)
      await products.requestClosing('Qa', 'first')
      await products.requestClosing('Qa', 'second')
      expect(await products.closingRequest('Qa')).toBe('first')
      expect((await products.owner('Qa'))?.control).toBe('closed')
      expect((await products.find('Qa'))?.control).toBe('delegated')
      expect(await products.closing()).toEqual([]) // One event waits.
      expect(await products.append({ ...entry(2, 'closed'), isClosing: true })).toBe('busy')
      const sealed = [{ digest: 'z1', versionId: '2-a' }]
      expect(await products.append({ ...entry(2, 'delegated'), sealed, isClosing: true })).toBe(
        'appended',
      )
      expect(await products.closing()).toMatchObject([{ scid: 'Qa', head: 'h2' }])
      expect(await products.append({ ...entry(3, 'closed'), isClosing: true })).toBe('appended')
      expect(await products.closing()).toEqual([])
    })

    it('takes no event whose product was closed after the event was looked at', async () => {
      const { events, products } = await withProduct()
      await products.requestClosing('Qa', 'first')
      expect(await products.append({ ...entry(2, 'closed'), isClosing: true })).toBe('appended')
      const elsewhere = { ...event('1'), products: [{ ...event('1').products[0], hosted: false }] }
      const both = [elsewhere as AcceptedEvent, event('2')]
      expect(await events.accept(both, 'receipt', now)).toBe(false)
      for (const each of both) {
        expect(await events.standing(each)).toEqual({ kind: 'new' })
        expect(await events.deliveries(each.digest)).toBeUndefined()
      }
      expect(await events.recent(10)).toEqual([])
      expect(await events.accept([elsewhere as AcceptedEvent], 'receipt', now)).toBe(true)
    })

    it('takes no event whose product was registered after the event was looked at', async () => {
      const { events } = await withProduct()
      const unasked = { ...event('1'), products: [{ ...event('1').products[0], hosted: false }] }
      expect(await events.accept([event('2'), unasked as AcceptedEvent], 'receipt', now)).toBe(
        false,
      )
      expect(await events.waiting('Qa')).toEqual([])
      expect(await events.deliveries('z1')).toBeUndefined()
      expect(await events.accept([event('1'), event('2')], 'receipt', now)).toBe(true)
    })

    it('forgets a closing with any other entry', async () => {
      const { products } = await withProduct()
      await products.requestClosing('Qa', 'first')
      expect(await products.append(entry(2, 'delegated'))).toBe('appended')
      expect(await products.closingRequest('Qa')).toBeUndefined()
      expect((await products.owner('Qa'))?.control).toBe('delegated')
    })
  })
}
