import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSoftHsm, type SoftHsm } from '../../../../test/softhsm.ts'
import { describeServiceKeys } from '../ethereum/service-keys.suite.ts'
import type { ServiceKey } from './key-service.ts'
import type { Pkcs11KeyOptions } from './pkcs11.ts'

const hsm = await createSoftHsm()

describe.skipIf(hsm === undefined)('PKCS#11 on SoftHSM', () => {
  let open: (object: string, options?: Partial<Pkcs11KeyOptions>) => ServiceKey
  const { keys, modulePath, token, pin } = hsm as SoftHsm

  beforeAll(async () => {
    const { createPkcs11Key } = await import('./pkcs11.ts') // Loads the native part.
    open = (object, options) => createPkcs11Key({ modulePath, token, pin, object, ...options })
  })
  afterAll(() => hsm?.remove())

  describeServiceKeys(
    'PKCS#11',
    () => ({
      open: (kind) => open(kind === 'wrapping' ? keys.aes : keys[kind]),
      openMissing: () => open('nobody'),
    }),
    { hasEd25519: true },
  )

  it.each<[string, Partial<Pkcs11KeyOptions>, string]>([
    ['a wrong PIN', { pin: '000000' }, 'ERR_DPP_KEY_REFUSED'],
    ['a wrong id', { id: 'c0ffee' }, 'ERR_DPP_KEY_REFUSED'],
    ['a token that is not there', { token: 'other' }, 'ERR_DPP_KEY_UNAVAILABLE'],
    ['a library that is not there', { modulePath: '/nowhere/lib.so' }, 'ERR_DPP_KEY_REFUSED'],
  ])('says so for %s, without the PIN', async (_, options, code) => {
    const key = open(keys.Ed25519, options)
    const failure = await key.openSigning('Ed25519').catch((error: unknown) => error)
    expect(failure).toMatchObject({ code })
    expect(String(failure)).not.toContain(options.pin ?? pin)
    await key.close()
  })

  it('works with several keys of one token at once, and after one of them was closed', async () => {
    const [first, second] = [open(keys.Ed25519), open(keys.secp256k1)]
    const ed25519 = await first.openSigning('Ed25519')
    const secp256k1 = await second.openSigning('secp256k1')
    await Promise.all([ed25519.sign(new Uint8Array(9)), secp256k1.sign(new Uint8Array(32))])
    await first.close()
    expect(await secp256k1.sign(new Uint8Array(32))).toHaveLength(64)
    await second.close()
  })

  it('opens its session again when the token has dropped it', async () => {
    const key = open(keys.Ed25519)
    const { sign } = await key.openSigning('Ed25519')
    await sign(new Uint8Array(1))
    await closeAllSessions(modulePath)
    expect(await sign(new Uint8Array(2))).toHaveLength(64)
    await key.close()
  })
})

// What a token does that was reset, or pulled out and put back.
async function closeAllSessions(modulePath: string): Promise<void> {
  const { default: pkcs11 } = await import('pkcs11js')
  const library = new pkcs11.PKCS11()
  library.load(modulePath) // The same library of this process, initialised already.
  for (const slot of library.C_GetSlotList(true)) library.C_CloseAllSessions(slot)
}
