// The S3 store against Ceph's gateway.
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasRadosgw, type Radosgw, startRadosgw } from '../../../../test/radosgw.ts'
import { describeStoreFaults, foreignNames } from '../../../../test/store-faults.ts'
import { describeStore, describeWritableStore, expectCode, testMeta } from './contract.suite.ts'
import { createS3Store, type S3StoreOptions } from './s3.ts'

describe.runIf(hasRadosgw())('S3 on radosgw', () => {
  let radosgw: Radosgw
  let client: S3Client
  const common = (): Pick<S3StoreOptions, 'region' | 'pathStyle' | 'credentials'> => ({
    region: 'us-east-1',
    pathStyle: true,
    credentials: radosgw,
  })
  const openBucket = (bucket: string, options: Partial<S3StoreOptions> = {}) =>
    createS3Store({
      ...common(),
      endpoint: radosgw.endpoint,
      bucket,
      unquotedEtags: true,
      ...options,
    })

  beforeAll(async () => {
    radosgw = await startRadosgw()
    const { endpoint } = radosgw
    client = new S3Client({ ...common(), endpoint, forcePathStyle: true } as object)
    await client.send(new CreateBucketCommand({ Bucket: 'contract' }))
    await client.send(new CreateBucketCommand({ Bucket: 'faults' }))
  }, 180_000)
  afterAll(async () => {
    client?.destroy()
    await radosgw?.stop()
  })

  const open = async () => {
    const store = openBucket('contract', { prefix: 'some/prefix' })
    return { store, writer: store, close: async () => {} }
  }
  describeStore('s3', open)
  describeWritableStore('s3', open)

  describeStoreFaults('s3', async () => ({
    endpoint: radosgw.endpoint,
    open: (endpoint, options) => openBucket('faults', { endpoint, ...options }),
    openMissing: () => openBucket('missing'),
    foreignNames: [...foreignNames, 'own/\u0001'],
    putForeign: async (Key) => {
      await client.send(new PutObjectCommand({ Bucket: 'faults', Key, Body: 'foreign' }))
    },
  }))

  it('says what may be wrong where quoted tags never match', async () => {
    const store = openBucket('contract', { unquotedEtags: false, attempts: 2 })
    const { token } = await store.create('quoted', Uint8Array.of(1), testMeta)
    const replacing = store.replace('quoted', Uint8Array.of(2), token, testMeta)
    await expect(replacing).rejects.toThrow('unquoted')
    await expectCode(replacing, 'ERR_DPP_STORE_UNAVAILABLE')
  })

  it('is refused with keys that are not known, and shows none of them', async () => {
    const secretAccessKey = 'a secret that nobody may see'
    const store = openBucket('contract', {
      credentials: { accessKeyId: 'nobody', secretAccessKey },
    })
    const error = await store.create('k', Uint8Array.of(1), testMeta).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'ERR_DPP_STORE_REFUSED' })
    const { message, cause } = error as Error
    expect(`${message} ${cause} ${JSON.stringify(cause)}`).not.toContain(secretAccessKey)
  })
})
