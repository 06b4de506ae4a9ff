// Identities and events of ten windows, without a service: what is made, made again, continued, refused.
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  decodeMultikey,
  decodeUtf8,
  isGln,
  isGtin,
  isJsonObject,
  parseDigitalLink,
  parseEvent,
  type SecuredEvent,
  verifyEvent,
} from '@dpp/core'
import { verifyLog } from '@dpp/webvh'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chunksOf, openDataSet, readLines, readValues } from './data-set.ts'
import type { Expectation } from './expectations.ts'
import { generateIdentities, logKeyOf, openLogs } from './generate.ts'
import { oddCases } from './odd-cases.ts'
import { organisations } from './organisations.ts'
import type { Product } from './products.ts'
import { type RefusedLine, simulateLifecycle } from './simulate.ts'

const COUNT = 10
const protection = { kind: 'plain' } as const
const settings = {
  count: COUNT,
  seed: 'test',
  host: 'dpp.windowco.example',
  start: new Date('2025-01-06'),
  protection,
}

let root: string
const at = (name: string) => openDataSet(join(root, name))

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'dpp-data-set-'))
  await generateIdentities(at('first'), settings)
  await simulateLifecycle(at('first'), { protection, now: new Date() })
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function filesOf(name: string): Promise<Map<string, string>> {
  const names = await readdir(join(root, name), { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name))
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  return new Map(
    files.map((file, index) => [file.slice(root.length + name.length + 2), texts[index] ?? '']),
  )
}

async function all<Value>(part: Parameters<typeof readLines>[2]): Promise<readonly Value[]> {
  const lists = await Promise.all(
    chunksOf(COUNT).map((chunk) => readValues<Value>(at('first'), chunk, part)),
  )
  return lists.flatMap((list) => list ?? [])
}

async function events(): Promise<readonly SecuredEvent[]> {
  return [
    ...(await all<SecuredEvent>('wave-1')),
    ...(await all<SecuredEvent>('wave-2')),
    ...(await all<SecuredEvent>('wave-3')),
  ]
}

describe('identities', () => {
  it('are three DIDs a window, each a log that verifies, with right check digits', async () => {
    const products = await all<Product>('products')
    expect(products).toHaveLength(3 * COUNT)
    expect(new Set(products.map(({ scid }) => scid)).size).toBe(3 * COUNT)
    expect(new Set(products.map(({ digitalLink }) => digitalLink)).size).toBe(3 * COUNT)
    for (const product of products) {
      const log = await openLogs(at('first')).read(logKeyOf(product))
      const report = verifyLog(log?.body ?? '', { did: product.did })
      expect(report.error).toBeUndefined()
      expect(report.head?.parameters).toMatchObject({ portable: true })
      expect(report.head?.parameters.nextKeyHashes).toHaveLength(2)
      expect(report.head?.document['alsoKnownAs']).toEqual([product.digitalLink])
      const link = parseDigitalLink(product.digitalLink)
      expect('gtin' in link && isGtin(link.gtin) && link.gtin.startsWith('0952')).toBe(true)
    }
    expect(organisations.every(({ gln }) => isGln(gln) && gln.startsWith('952'))).toBe(true)
  })

  it('are the same files again from the same seed', async () => {
    await generateIdentities(at('second'), settings)
    await simulateLifecycle(at('second'), { protection, now: new Date() })
    expect(await filesOf('second')).toEqual(await filesOf('first'))
    await generateIdentities(at('second'), settings)
    await simulateLifecycle(at('second'), { protection, now: new Date() })
    expect(await filesOf('second')).toEqual(await filesOf('first'))
  })

  it('differ without a seed', async () => {
    const { seed: _, ...unseeded } = settings
    await generateIdentities(at('random'), { ...unseeded, count: 1 })
    const mine = await readValues<Product>(at('random'), chunksOf(1)[0] ?? fail(), 'products')
    const scids = new Set((await all<Product>('products')).map(({ scid }) => scid))
    expect(mine?.some(({ scid }) => scids.has(scid))).toBe(false)
  })

  it('are continued where they stopped', async () => {
    await cp(join(root, 'first'), join(root, 'stopped'), { recursive: true })
    for (const lost of ['products', 'wave-2', 'expected', 'sites/glassco.example'])
      await rm(join(root, 'stopped', lost), { recursive: true })
    const logs = join(root, 'stopped/files/.well-known/did')
    for (const scid of (await readdir(logs)).slice(0, 12))
      await rm(join(logs, scid), { recursive: true })
    await generateIdentities(at('stopped'), settings)
    await simulateLifecycle(at('stopped'), { protection, now: new Date() })
    expect(await filesOf('stopped')).toEqual(await filesOf('first'))
  })

  it('grow without touching what is there', async () => {
    await cp(join(root, 'first'), join(root, 'grown'), { recursive: true })
    await generateIdentities(at('grown'), { ...settings, count: 60 })
    const { events: count } = await simulateLifecycle(at('grown'), { protection, now: new Date() })
    expect(count).toBeGreaterThan(12 * 60)
    const before = await events()
    const after = await readLines(at('grown'), chunksOf(60)[0] ?? fail(), 'wave-1')
    const known = new Set(after)
    const ofWave1 = await all<SecuredEvent>('wave-1')
    expect(ofWave1.every((event) => known.has(JSON.stringify(event)))).toBe(true)
    expect(before.length).toBeGreaterThan(ofWave1.length)
  })

  it('refuse another seed, host, day and service in the same folder, and change nothing', async () => {
    const before = await filesOf('first')
    const other = [
      { ...settings, seed: 'other' },
      { ...settings, host: 'dpp.other.example', count: 2 * COUNT },
      { ...settings, start: new Date('2025-02-03') },
      { ...settings, serviceKeys: async (links: readonly string[]) => links.map(() => 'QmOther') },
    ]
    for (const each of other)
      await expect(generateIdentities(at('first'), each)).rejects.toThrow('was begun with another')
    await cp(join(root, 'first'), join(root, 'lost'), { recursive: true })
    await rm(join(root, 'lost/keys.json'))
    const { seed: _, ...unseeded } = settings
    await expect(generateIdentities(at('lost'), unseeded)).rejects.toThrow('was begun with another')
    expect(await readdir(join(root, 'lost'))).not.toContain('keys.json')
    expect(await filesOf('first')).toEqual(before)
  })
})

describe('lives', () => {
  it('of the first windows alone are those that they have among all', async () => {
    await cp(join(root, 'first'), join(root, 'part'), { recursive: true })
    const part = await simulateLifecycle(at('part'), { count: 3, protection, now: new Date() })
    const all = await simulateLifecycle(at('part'), { protection, now: new Date() })
    expect(part.events).toBeLessThan(all.events)
    const few = await readLines(at('part'), chunksOf(3)[0] ?? fail(), 'wave-1')
    const many = new Set(await readLines(at('part'), chunksOf(COUNT)[0] ?? fail(), 'wave-1'))
    expect(few?.length).toBeGreaterThan(0)
    expect(few?.every((line) => many.has(line))).toBe(true)
    const more = { count: COUNT + 1, protection, now: new Date() }
    await expect(simulateLifecycle(at('part'), more)).rejects.toThrow('generate-identities')
  })

  it('have more than twelve events a window, signed by keys that the issuers publish or will publish', async () => {
    const signed = await events()
    expect(signed.length).toBeGreaterThan(12 * COUNT)
    expect(new Set(signed.map(({ id }) => id)).size).toBe(signed.length)
    const keys = new Map<string, Uint8Array>()
    for (const { id } of organisations) {
      const log = await openDataSet(join(root, 'first/sites')).store.read(
        `${id}.example/.well-known/did.jsonl`,
      )
      const { head } = verifyLog(decodeUtf8(log?.body ?? new Uint8Array()))
      for (const method of (head?.document['verificationMethod'] ?? []) as readonly unknown[])
        if (isJsonObject(method as never))
          keys.set(
            String((method as { id: string }).id),
            decodeMultikey((method as { publicKeyMultibase: string }).publicKeyMultibase),
          )
    }
    let checked = 0
    for (const event of signed) {
      const parsed = parseEvent(event)
      const key = keys.get(parsed.verificationMethod)
      if (key === undefined) continue // A key or a DID that is published between the waves.
      expect(verifyEvent(parsed, key)).toEqual({ verified: true })
      checked += 1
    }
    expect(checked).toBeGreaterThan(COUNT * 9)
  })

  it('go in order: made before assembled, shipped before received, installed last', async () => {
    const parsed = (await events()).map((event) => parseEvent(event))
    for (const { did, kind } of await all<Product>('products')) {
      const own = parsed
        .filter(({ products }) => products.includes(did))
        .sort((a, b) => a.eventTime.getTime() - b.eventTime.getTime())
        .map(({ type }) => type)
      expect(own[0], did).toBe('commissioning')
      expect(own.indexOf('shipping')).toBeLessThan(own.indexOf('receiving'))
      expect(own).toContain('assembling')
      if (kind === 'window')
        expect(own.indexOf('installing')).toBeGreaterThan(own.indexOf('receiving'))
    }
    for (const { eventTime, created, validFrom } of parsed) {
      expect(created?.getTime()).toBe(validFrom.getTime())
      expect(validFrom.getTime()).toBeGreaterThan(eventTime.getTime())
      expect(validFrom.getTime()).toBeLessThan(Date.now())
    }
  })

  it('hold every odd case in ten windows, with what a verifier must find', async () => {
    const expected = await all<Expectation>('expected')
    expect(new Set(expected.flatMap(({ oddCase }) => oddCase ?? []))).toEqual(new Set(oddCases))
    const sum = (of: (each: Expectation) => number) => expected.reduce((n, each) => n + of(each), 0)
    expect(sum(({ corrected }) => corrected)).toBe(1)
    expect(sum(({ thirdParty }) => thirdParty)).toBe(1)
    expect(sum(({ withheld }) => withheld)).toBe(1)
    expect(sum(({ closed }) => Number(closed))).toBe(3)
    const refused = await all<RefusedLine>('refused')
    expect(refused.map(({ code }) => code).sort()).toEqual([
      'ERR_DPP_EVENT_KEY_UNKNOWN',
      'ERR_DPP_PRODUCT_CLOSED',
    ])
  })

  it('say of every declaration that it is invented, and state only decimal strings', async () => {
    const texts = (await events()).map((event) => JSON.stringify(event))
    const declared = texts.filter((text) => text.includes('"example:number"'))
    expect(declared).toHaveLength(3 * COUNT)
    for (const text of declared) {
      expect(text.match(/"example:number"/g)).toHaveLength(2)
      expect(text.match(/invented for a demonstration/g)).toHaveLength(2)
    }
    expect(texts.filter((text) => /"example:\w+":-?\d/.test(text))).toEqual([])
  })

  it('cannot end after today', async () => {
    const now = new Date('2025-06-01')
    await expect(simulateLifecycle(at('first'), { protection, now })).rejects.toThrow('end after')
  })
})

function fail(): never {
  throw new Error('there is a first chunk')
}
