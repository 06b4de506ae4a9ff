import { randomBytes } from 'node:crypto'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../../test/anvil.ts'
import { type KeyVaultStandIn, startKeyVault } from '../../../../test/azure-key-vault.ts'
import { createKeyAccount } from '../ethereum/key-account.ts'
import { describeServiceKeys } from '../ethereum/service-keys.suite.ts'
import { type AzureKeyVaultKeyOptions, createAzureKeyVaultKey } from './azure-key-vault.ts'
import type { ServiceKey } from './key-service.ts'

let vault: KeyVaultStandIn
const open = (name: string, options: Partial<AzureKeyVaultKeyOptions> = {}): ServiceKey => {
  const { vaultUrl, credential } = vault
  return createAzureKeyVaultKey({ vaultUrl, name, credential, ...options })
}

beforeAll(async () => {
  vault = await startKeyVault()
  setDefaultCACertificates([...getCACertificates(), vault.certificate])
})
afterAll(() => vault?.close())

describeServiceKeys(
  'Azure Key Vault',
  () => ({
    open: (kind) => open(kind === 'wrapping' ? vault.keys.rsa : vault.keys.secp256k1),
    openMissing: () => open('nobody'),
  }),
  { hasEd25519: false },
)

describe('Azure Key Vault that fails', () => {
  const hash = `0x${'5a'.repeat(32)}` as const

  it('is asked again when it throttles or fails, and gives the signature', async () => {
    const account = await createKeyAccount(open(vault.keys.secp256k1))
    vault.fail('throttled', 'internal')
    const before = vault.calls.length
    expect(await account.sign?.({ hash })).toMatch(/^0x[0-9a-f]{130}$/)
    expect(vault.calls.slice(before)).toEqual(Array(3).fill('POST /keys/relayer/1/sign'))
  })

  it.each([
    ['throttles on', ['throttled', 'throttled', 'throttled', 'throttled']],
    ['fails on', ['internal', 'internal', 'internal', 'internal']],
    ['is behind a broken proxy', ['html', 'html', 'html', 'html']],
  ] as const)('is unavailable when it %s', async (_, faults) => {
    const account = await createKeyAccount(open(vault.keys.secp256k1))
    vault.fail(...faults)
    await expect(account.sign?.({ hash })).rejects.toMatchObject({
      code: 'ERR_DPP_KEY_UNAVAILABLE',
    })
  })

  it('is unavailable when it does not answer in time, and when nobody listens', async () => {
    vault.fail('silent')
    const before = vault.calls.length
    const silent = createKeyAccount(open(vault.keys.secp256k1, { timeoutMs: 300 }))
    await expect(silent).rejects.toMatchObject({
      code: 'ERR_DPP_KEY_UNAVAILABLE',
      message: expect.stringContaining('within 300 ms'),
    })
    expect(vault.calls.slice(before)).toHaveLength(1) // Its time is over: not asked again.
    const vaultUrl = `https://127.0.0.1:${await freePort()}`
    const nobody = createKeyAccount(open(vault.keys.secp256k1, { vaultUrl }))
    await expect(nobody).rejects.toMatchObject({ code: 'ERR_DPP_KEY_UNAVAILABLE' })
  })

  it('refuses a token that the vault does not take', async () => {
    const credential = {
      getToken: async () => ({ token: 'hunter2', expiresOnTimestamp: Infinity }),
    }
    const failure = await createKeyAccount(open(vault.keys.secp256k1, { credential })).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'ERR_DPP_KEY_REFUSED' })
    expect(String(failure)).not.toContain('hunter2')
  })

  it('never publishes a forged signature', async () => {
    const account = await createKeyAccount(open(vault.keys.secp256k1))
    vault.fail('forged')
    await expect(account.sign?.({ hash })).rejects.toMatchObject({ code: 'ERR_DPP_KEY_SIGNATURE' })
  })

  it('refuses a key on another curve', async () => {
    await expect(createKeyAccount(open(vault.keys.p256))).rejects.toThrow(/P-256:/)
  })

  it('signs with the version that was opened, and unwraps with the one that wrapped', async () => {
    const account = await createKeyAccount(open(vault.keys.secp256k1))
    const wrapping = await open(vault.keys.rsa).openWrapping()
    const secret = Uint8Array.from(randomBytes(32))
    const wrapped = await wrapping.wrap(secret)
    vault.rotate(vault.keys.secp256k1)
    vault.rotate(vault.keys.rsa)
    expect(await account.sign?.({ hash })).toMatch(/^0x/)
    const later = await open(vault.keys.rsa).openWrapping()
    expect(await later.unwrap(wrapped)).toEqual(secret)
    const renewed = await createKeyAccount(open(vault.keys.secp256k1))
    expect(renewed.address).not.toBe(account.address)
    const pinned = await createKeyAccount(open(vault.keys.secp256k1, { version: '1' }))
    expect(pinned.address).toBe(account.address)
  })
})
