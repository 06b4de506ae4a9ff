// What the service does about its store at the start; Azure's emulator stands for the clouds.

import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { createMemoryStore } from '@dpp/anchor/store/memory'
import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { startAzurite } from '../../../../test/azurite.ts'
import { parseConfig } from '../config.ts'
import { jsonMeta } from '../storage-keys.ts'
import { checkStore, openCheckedStore } from './check-store.ts'
import { openStore } from './open-store.ts'

const log = pino({ level: 'silent' })
const refusal = expect.objectContaining({ code: 'ERR_DPP_CONFIG_INVALID' })

describe('checkStore', () => {
  it('lets a store pass that heeds conditions, at every start', async () => {
    const store = createMemoryStore()
    await checkStore(store, log)
    await checkStore(store, log)
  })

  it.each(['create', 'replace'] as const)('refuses one whose %s overwrites', async (method) => {
    const store = createMemoryStore()
    const careless = { ...store, [method]: async () => ({ token: 'any' }) }
    await expect(checkStore(careless, log)).rejects.toEqual(refusal)
  })
})

describe('the store of the configuration', () => {
  it('is a folder unless told', async () => {
    const store = await openStore(parseConfig({ DPP_STORE: 'file:/proc/self' }))
    expect((await store.read('comm'))?.body.length).toBeGreaterThan(0)
  })

  it('wants credentials for Azure', async () => {
    const config = parseConfig({ DPP_STORE: 'azure://files' })
    await expect(openStore(config)).rejects.toEqual(refusal)
  })

  it('may be down at the start', async () => {
    const config = parseConfig({
      DPP_STORE: 'azure://files?endpoint=http://127.0.0.1:1/x',
      AZURE_STORAGE_SAS_TOKEN: '?sig=x',
    })
    expect(await openCheckedStore(config, log)).toBeDefined()
  })
})

const azurite = await startAzurite()

describe.runIf(azurite !== undefined)('a store in Azure', () => {
  if (azurite === undefined) return
  afterAll(() => azurite.stop())
  const { accountName, accountKey } = azurite
  const environment = {
    DPP_STORE: `azure://public/some/prefix?endpoint=${azurite.endpoint}`,
    AZURE_STORAGE_ACCOUNT: accountName,
    AZURE_STORAGE_KEY: accountKey,
  }

  it('is refused without its container, or with another key', async () => {
    await expect(openCheckedStore(parseConfig(environment), log)).rejects.toEqual(refusal)
    const wrong = { ...environment, AZURE_STORAGE_KEY: btoa('another') }
    await expect(openCheckedStore(parseConfig(wrong), log)).rejects.toEqual(refusal)
  })

  it('is checked, and holds the files below its prefix', async () => {
    const credential = new StorageSharedKeyCredential(accountName, accountKey)
    const container = new ContainerClient(`${azurite.endpoint}/public`, credential)
    await container.create()
    const store = await openCheckedStore(parseConfig(environment), log)
    await store.create('a/b.json', Uint8Array.of(1), jsonMeta)
    const { contentType, cacheControl } = await container
      .getBlockBlobClient('some/prefix/a/b.json')
      .getProperties()
    expect({ contentType, cacheControl }).toEqual(jsonMeta)
  })
})
