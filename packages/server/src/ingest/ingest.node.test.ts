// Requests at the rim of what the service takes.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalService, openLocalService } from '../../../../test/local-service.ts'
import {
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
} from '../../../../test/server-client.ts'

let service: LocalService

beforeAll(async () => {
  service = await openLocalService({ DPP_ISSUER_QUOTA_PER_DAY: '45' })
})
afterAll(async () => await service.close())

// The first is registered as always, the others are entered as its likeness.
async function enterProducts(count: number): Promise<readonly RegisteredProduct[]> {
  const { products } = service.server.journal
  const domain = 'dpp.windowco.example'
  const first = await registerProduct(service.url, domain, service.issuer, 'R-0')
  const stored = await products.find(first.scid)
  const [line = ''] = await products.lines(first.scid)
  if (stored === undefined) throw new Error('it is registered')
  const entered = Array.from({ length: count }, (_, i) => {
    const scid = `${first.scid.slice(0, -3)}${String(i + 111).replaceAll('0', 'z')}`
    const item = first.item.replace('R-0', `R-${i + 1}`)
    return { ...first, scid, item, did: first.did.replaceAll(first.scid, scid) }
  })
  for (const { did, scid, item } of entered) {
    const genesis = { scid, versionNumber: 1, versionId: '1-x', line }
    expect(await products.add({ ...stored, did, scid, item }, genesis)).toBe('added')
  }
  return entered
}

it('says that a request is too large when its receipt would be, and takes its events one by one', async () => {
  const products = await enterProducts(250)
  const events = await Promise.all(
    Array.from({ length: 45 }, () => signManufacture(service.issuer, products)),
  )
  const answer = await postJson(`${service.url}/events`, { events })
  expect(answer).toMatchObject({ status: 413, body: { code: 'ERR_DPP_HTTP_TOO_LARGE' } })
  expect(await service.server.journal.events.recent(1)).toEqual([])
  // What was not stored is not counted.
  expect((await postJson(`${service.url}/events`, events[0])).status).toBe(201)
})
