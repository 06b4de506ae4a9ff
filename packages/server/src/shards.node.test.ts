import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  createOrganisation,
  type FileHost,
  getJson,
  type Organisation,
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
  startFileHost,
} from '../../../test/server-client.ts'
import { type ServerProcess, startServerProcess } from '../../../test/server-process.ts'
import { parseConfig } from './config.ts'
import { parseShards, shardOf } from './shards.ts'

it('gives a product to the longest prefix that fits', () => {
  const map = parseShards('Qm=a, QmS=b,QmSx=c')
  expect(shardOf(map, 'QmRaaa')).toBe('a')
  expect(shardOf(map, 'QmSaaa')).toBe('b')
  expect(shardOf(map, 'QmSxaa')).toBe('c')
  expect(shardOf(parseShards('QmS=b'), 'QmRaaa')).toBeUndefined()
})

it.each(['', 'Qm', 'Qm=', 'Qx=a', 'Qm0=a', 'Qm=A', 'Qm=a,Qm=b', 'Qm=a;QmS=b'])(
  'refuses the map %j',
  (text) => {
    expect(() => parseShards(text)).toThrow('prefix=shard pairs')
  },
)

it('wants to know which shard it is', () => {
  const refusal = { code: 'ERR_DPP_CONFIG_INVALID' }
  for (const shard of [{}, { DPP_SHARD: 'c' }]) {
    const environment = { DPP_SHARDS: 'Qm=a,QmS=b', ...shard }
    expect(() => parseConfig(environment)).toThrow(expect.objectContaining(refusal))
  }
  expect(() => parseConfig({ DPP_SHARD: 'a' })).toThrow(expect.objectContaining(refusal))
})

// Two services with one domain, one secret and one folder of files, each with a queue of its own.
const DOMAIN = 'dpp.windowco.example'
const shards =
  'Qm=south,QmN=north,QmP=north,QmQ=north,QmR=north,QmS=north,QmT=north,QmU=north,QmV=north'
let folder: string
let host: FileHost
let issuer: Organisation
let services: { [name: string]: ServerProcess }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dpp-shards-'))
  host = await startFileHost()
  issuer = await createOrganisation(host, 'windowco.example')
  const start = (name: string): Promise<ServerProcess> =>
    startServerProcess({
      DPP_DATA_DIR: join(folder, name),
      DPP_STORE: `file:${join(folder, 'files')}`,
      DPP_DOMAIN: DOMAIN,
      DPP_INTERVAL_SECONDS: '0',
      DPP_POLL_MS: '100',
      DPP_ORIGINS: `windowco.example=${host.url}`,
      DPP_SHARDS: shards,
      DPP_SHARD: name,
      WITNESS_PRIVATE_KEY: '07'.repeat(32),
    })
  services = { north: await start('north'), south: await start('south') }
})

afterAll(async () => {
  for (const service of Object.values(services)) await service.stop()
  await host.close()
  await rm(folder, { recursive: true, force: true })
})

const urlOf = (name: string): string => services[name]?.url ?? ''

// Registers at one shard after the other until one takes it: what a client without the map can do.
async function registerSomewhere(shard: 'north' | 'south'): Promise<RegisteredProduct> {
  for (let serial = 0; ; serial++) {
    const registered = registerProduct(urlOf(shard), DOMAIN, issuer, `${shard}-${serial}`)
    const product = await registered.catch((error: unknown) => {
      expect(String(error)).toContain('ERR_DPP_SHARD_OTHER')
      return undefined
    })
    if (product !== undefined) return product
  }
}

it('registers and seals its own products, and names the shard of the others', async () => {
  const { body } = await getJson(`${urlOf('north')}/service`)
  expect(body).toMatchObject({ shard: { name: 'north', prefixes: parseShards(shards) } })
  const [north, south] = [await registerSomewhere('north'), await registerSomewhere('south')]
  expect(shardOf(parseShards(shards), north.scid)).toBe('north')
  expect(shardOf(parseShards(shards), south.scid)).toBe('south')

  const own = await signManufacture(issuer, [south])
  const misdirected = await postJson(`${urlOf('north')}/events`, own)
  expect(misdirected).toMatchObject({ status: 421, body: { code: 'ERR_DPP_SHARD_OTHER' } })
  expect(misdirected.text).toContain('the shard \\"south\\"')
  expect((await getJson(`${urlOf('north')}/dids/${south.scid}`)).status).toBe(421)
  expect((await getJson(`${urlOf('north')}/dids/${north.scid}`)).status).toBe(200)

  // An event about products of both goes to both; each answers for its own.
  const shared = await signManufacture(issuer, [north, south])
  for (const [name, product] of [
    ['north', north],
    ['south', south],
  ] as const) {
    const answer = await postJson(`${urlOf(name)}/events`, shared)
    expect(answer).toMatchObject({ status: 201, body: { events: [{ products: [product.did] }] } })
    await postJson(`${urlOf(name)}/batches`, {})
    const log = await fetch(`${urlOf(name)}/.well-known/did/${product.scid}/did.jsonl`)
    expect((await log.text()).trim().split('\n')).toHaveLength(2)
  }
})
