// The Azure store against azurite.
import { inspect } from 'node:util'
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { afterAll, describe, expect, it } from 'vitest'
import { startAzurite } from '../../../../test/azurite.ts'
import { describeStoreFaults, foreignNames } from '../../../../test/store-faults.ts'
import { type AzureStoreOptions, createAzureStore } from './azure.ts'
import { describeStore, describeWritableStore, testMeta } from './contract.suite.ts'

const azurite = await startAzurite()

describe.runIf(azurite !== undefined)('Azure Blob on azurite', () => {
  if (azurite === undefined) return
  const { endpoint, accountName, accountKey } = azurite
  const openContainer = (container: string, options: Partial<AzureStoreOptions> = {}) =>
    createAzureStore({ endpoint, container, credential: { accountName, accountKey }, ...options })
  const client = (container: string) =>
    new ContainerClient(
      `${endpoint}/${container}`,
      new StorageSharedKeyCredential(accountName, accountKey),
    )
  afterAll(() => azurite.stop())

  const open = async () => {
    await client('contract').createIfNotExists()
    const store = openContainer('contract', { prefix: 'some/prefix' })
    return { store, writer: store, close: async () => {} }
  }
  describeStore('azure', open)
  describeWritableStore('azure', open)

  describeStoreFaults('azure', async () => {
    await client('faults').createIfNotExists()
    return {
      endpoint,
      open: (at, options) => openContainer('faults', { endpoint: at, ...options }),
      openMissing: () => openContainer('missing'),
      foreignNames,
      putForeign: async (name) => {
        await client('faults').getBlockBlobClient(name).upload('foreign', 7)
      },
    }
  })

  it('shows nothing of a SAS when it fails', async () => {
    for (const at of ['http://127.0.0.1:1/x', endpoint]) {
      const store = createAzureStore({
        endpoint: `${at}?sig=topsecret`,
        container: 'c',
        attempts: 1,
      })
      const error = await store.read('k').catch((e: unknown) => e)
      expect(error).toBeInstanceOf(Error)
      expect(inspect(error, { depth: 9 })).not.toContain('topsecret')
    }
  })

  it('is refused with a key that is not the account’s, and shows none', async () => {
    const wrong = btoa('a secret that nobody may see')
    const store = openContainer('contract', { credential: { accountName, accountKey: wrong } })
    const error = await store.create('k', Uint8Array.of(1), testMeta).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'ERR_DPP_STORE_REFUSED' })
    const { message, cause } = error as Error
    expect(`${message} ${cause}`).not.toContain(wrong)
  })
})
