import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../../test/anvil.ts'
import { type KmsStandIn, startKms } from '../../../../test/aws-kms.ts'
import { createKeyAccount } from '../ethereum/key-account.ts'
import { describeServiceKeys } from '../ethereum/service-keys.suite.ts'
import { type AwsKmsKeyOptions, createAwsKmsKey } from './aws-kms.ts'
import type { ServiceKey } from './key-service.ts'
import { createKeySigner } from './key-signer.ts'

let kms: KmsStandIn
const open = (keyId: string, options: Partial<AwsKmsKeyOptions> = {}): ServiceKey =>
  createAwsKmsKey({
    ...{ keyId, region: 'eu-central-1', endpoint: kms.endpoint },
    ...{ credentials: kms.credentials, ...options },
  })

beforeAll(async () => {
  kms = await startKms()
})
afterAll(() => kms?.close())

describeServiceKeys(
  'AWS KMS',
  () => ({
    open: (kind) => open(kind === 'wrapping' ? kms.keys.symmetric : kms.keys[kind]),
    openMissing: () => open('alias/nobody'),
  }),
  { hasEd25519: true },
)

describe('AWS KMS that fails', () => {
  const hash = `0x${'5a'.repeat(32)}` as const

  it('is asked again when it throttles or fails, and gives the signature', async () => {
    const account = await createKeyAccount(open(kms.keys.secp256k1))
    kms.fail('throttled', 'internal')
    const before = kms.calls.length
    expect(await account.sign?.({ hash })).toMatch(/^0x[0-9a-f]{130}$/)
    expect(kms.calls.slice(before)).toEqual(['Sign', 'Sign', 'Sign'])
  })

  it.each([
    ['throttles on', ['throttled', 'throttled', 'throttled', 'throttled']],
    ['fails on', ['internal', 'internal', 'internal', 'internal']],
    ['is behind a broken proxy', ['html', 'html', 'html', 'html']],
  ] as const)('is unavailable when it %s', async (_, faults) => {
    const account = await createKeyAccount(open(kms.keys.secp256k1))
    kms.fail(...faults)
    await expect(account.sign?.({ hash })).rejects.toMatchObject({
      code: 'ERR_DPP_KEY_UNAVAILABLE',
    })
  })

  it('is unavailable when it does not answer in time', async () => {
    kms.fail('silent')
    const before = kms.calls.length
    const opening = createKeyAccount(open(kms.keys.secp256k1, { timeoutMs: 300 }))
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_DPP_KEY_UNAVAILABLE',
      message: expect.stringContaining('within 300 ms'),
    })
    expect(kms.calls.slice(before)).toEqual(['GetPublicKey']) // Its time is over: not asked again.
  })

  it('is unavailable when nobody listens, and when the connection is cut', async () => {
    const nobody = open(kms.keys.Ed25519, { endpoint: `http://127.0.0.1:${await freePort()}` })
    await expect(createKeySigner(nobody)).rejects.toMatchObject({ code: 'ERR_DPP_KEY_UNAVAILABLE' })
    const port = await freePort()
    const cutter = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1')
    const cut = open(kms.keys.Ed25519, { endpoint: `http://127.0.0.1:${port}` })
    await expect(createKeySigner(cut)).rejects.toMatchObject({ code: 'ERR_DPP_KEY_UNAVAILABLE' })
    cutter.close()
  })

  it.each(['forbidden', 'disabled'] as const)('refuses a %s key, once', async (name) => {
    const before = kms.calls.length
    const opening = createKeyAccount(open(kms.keys[name]))
    await expect(opening).rejects.toMatchObject({ code: 'ERR_DPP_KEY_REFUSED' })
    expect(kms.calls.length - before).toBe(1)
  })

  it('refuses foreign credentials without telling them', async () => {
    const credentials = { accessKeyId: 'AKIDOTHER', secretAccessKey: 'hunter2' }
    const failure = await createKeyAccount(open(kms.keys.secp256k1, { credentials })).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'ERR_DPP_KEY_REFUSED' })
    expect(String(failure)).not.toContain('hunter2')
  })

  it('never publishes a forged signature', async () => {
    const account = await createKeyAccount(open(kms.keys.secp256k1))
    kms.fail('forged')
    await expect(account.sign?.({ hash })).rejects.toMatchObject({ code: 'ERR_DPP_KEY_SIGNATURE' })
    const signer = await createKeySigner(open(kms.keys.Ed25519))
    kms.fail('forged')
    await expect(signer.sign(new Uint8Array(64))).rejects.toMatchObject({
      code: 'ERR_DPP_KEY_SIGNATURE',
    })
  })

  it('makes the same signature of the malleable half and of the other', async () => {
    const { sign, publicKey } = await open(kms.keys.secp256k1).openSigning('secp256k1')
    kms.fail('high-s', 'low-s')
    const [high, low] = [await sign(new Uint8Array(32)), await sign(new Uint8Array(32))]
    expect(Buffer.from(high.subarray(32))).not.toEqual(Buffer.from(low.subarray(32)))
    expect(publicKey).toHaveLength(65)
    const account = await createKeyAccount(open(kms.keys.secp256k1))
    kms.fail('high-s', 'low-s')
    const normal = [await account.sign?.({ hash }), await account.sign?.({ hash })]
    expect(normal[0]).toBe(normal[1]) // The stand-in's nonces are deterministic.
  })

  it('refuses another curve, and messages longer than KMS takes', async () => {
    await expect(createKeyAccount(open(kms.keys.p256))).rejects.toThrow(/ECC_NIST_P256/)
    const { sign } = await open(kms.keys.Ed25519).openSigning('Ed25519')
    await expect(sign(new Uint8Array(4097))).rejects.toMatchObject({
      code: 'ERR_DPP_KEY_UNSUITABLE',
    })
  })

  it('does not unwrap what was wrapped for something else', async () => {
    const { KMSClient, EncryptCommand } = await import('@aws-sdk/client-kms')
    const { endpoint, credentials } = kms
    const client = new KMSClient({ endpoint, credentials, region: 'eu-central-1' })
    const foreign = await client.send(
      new EncryptCommand({ KeyId: kms.keys.symmetric, Plaintext: new Uint8Array(32) }),
    )
    const wrapping = await open(kms.keys.symmetric).openWrapping()
    const wrapped = { algorithm: 'AWS-KMS', ciphertext: foreign.CiphertextBlob ?? new Uint8Array() }
    await expect(wrapping.unwrap(wrapped)).rejects.toMatchObject({ code: 'ERR_DPP_KEY_WRAPPED' })
  })
})
