// Requests at the rim of what the service takes.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type LocalService, openLocalService } from '../../../../test/local-service.ts'
import {
  createOrganisation,
  type FileHost,
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
  startFileHost,
} from '../../../../test/server-client.ts'

let service: LocalService
let files: FileHost
let beforeAnswer = async (): Promise<void> => {}
// The host of an issuer, which answers when it likes.
const slow = createServer(async ({ url = '' }, response) => {
  await beforeAnswer()
  response.end(files.files.get(url))
})

beforeAll(async () => {
  files = await startFileHost()
  await once(slow.listen(0, '127.0.0.1'), 'listening')
  const { port } = slow.address() as AddressInfo
  service = await openLocalService({
    DPP_ISSUER_QUOTA_PER_DAY: '40',
    DPP_ORIGINS: `slow.example=http://127.0.0.1:${port}`,
  })
})
afterAll(async () => {
  await service.close()
  await files.close()
  slow.close()
})

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
    Array.from({ length: 40 }, () => signManufacture(service.issuer, products)),
  )
  const answer = await postJson(`${service.url}/events`, { events })
  expect(answer).toMatchObject({ status: 413, body: { code: 'ERR_DPP_HTTP_TOO_LARGE' } })
  expect(await service.server.journal.events.recent(1)).toEqual([])
  // What was not stored is not counted.
  expect((await postJson(`${service.url}/events`, events[0])).status).toBe(201)
})

it('asks again whose product it is when the host of the issuer was slow', async () => {
  const seller = await createOrganisation(files, 'slow.example')
  const product = await registerProduct(service.url, 'dpp.windowco.example', seller, 'SOLD')
  const { products } = service.server.journal
  const { head } = (await products.find(product.scid)) ?? { head: '' }
  beforeAnswer = async () => {
    const sold = { scid: product.scid, before: head, entries: [], head, sealed: [] }
    const controller = service.issuer.did
    expect(await products.append({ ...sold, controller, control: 'delegated' })).toBe('appended')
    await sleep(1200)
  }
  const answer = await postJson(`${service.url}/events`, await signManufacture(seller, [product]))
  expect(answer).toMatchObject({ status: 403, body: { code: 'ERR_DPP_EVENT_ISSUER_REFUSED' } })
})

it('refuses a request that names more products than it may, before it looks anything up', async () => {
  const registered = await registerProduct(
    service.url,
    'dpp.windowco.example',
    service.issuer,
    'M-0',
  )
  const named = Array.from({ length: 250 }, (_, i) => {
    const scid = `${registered.scid.slice(0, -3)}${String(i + 111).replaceAll('0', 'z')}`
    const did = registered.did.replaceAll(registered.scid, scid)
    return { ...registered, did, item: `${registered.item}-${i}` }
  })
  const event = await signManufacture(service.issuer, named)
  const standing = vi.spyOn(service.server.journal.events, 'standing')
  const most: unknown[] = Array(40).fill(event)
  // None is hosted here, and one that is malformed names nothing.
  const taken = await postJson(`${service.url}/events`, { events: [...most, {}] })
  expect(taken).toMatchObject({ status: 404, body: { results: Array(41).fill({}) } })
  expect(standing).toHaveBeenCalledTimes(40)
  const refused = await postJson(`${service.url}/events`, { events: [...most, event] })
  expect(refused).toMatchObject({ status: 413, body: { code: 'ERR_DPP_HTTP_TOO_LARGE' } })
  expect(refused.text).toContain('at most 10000 products')
  expect(standing).toHaveBeenCalledTimes(40)
  standing.mockRestore()
})
