// What every adapter of `ServiceKey` promises, and what is made of it.
import { decodeDidKey, verifyEd25519 } from '@dpp/core'
import {
  bytesToHex,
  type Hex,
  hashMessage,
  parseSignature,
  parseTransaction,
  recoverAddress,
  recoverTransactionAddress,
  type TransactionSerialized,
  verifyTypedData,
} from 'viem'
import { describe, expect, it } from 'vitest'
import type { ServiceKey } from '../keys/key-service.ts'
import { createKeySigner } from '../keys/key-signer.ts'
import { createKeyAccount } from './key-account.ts'

export type KeysUnderTest = {
  /** Keys by what they are for. Each call gives a handle of its own, which the suite closes. */
  open(kind: 'Ed25519' | 'secp256k1' | 'wrapping'): ServiceKey
  /** A key that is not there. */
  openMissing(): ServiceKey
}

const HALF_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n / 2n

export function describeServiceKeys(
  name: string,
  keys: () => KeysUnderTest,
  options: { readonly hasEd25519: boolean },
): void {
  async function using<Result>(
    key: ServiceKey,
    work: (key: ServiceKey) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work(key)
    } finally {
      await key.close()
      await key.close()
    }
  }

  describe(`${name}: secp256k1`, () => {
    it('signs transactions, messages and typed data as viem’s own accounts do', () =>
      using(keys().open('secp256k1'), async (key) => {
        const account = await createKeyAccount(key)
        const raw = await account.signTransaction({
          ...{ type: 'eip1559', chainId: 11155111, nonce: 7, gas: 100_000n },
          ...{ maxFeePerGas: 9n, maxPriorityFeePerGas: 1n, to: account.address, data: '0x1234' },
        })
        expect(parseTransaction(raw)).toMatchObject({ nonce: 7, data: '0x1234' })
        const serializedTransaction = raw as TransactionSerialized
        expect(await recoverTransactionAddress({ serializedTransaction })).toBe(account.address)

        const message = 'a passport'
        const signature = await account.signMessage({ message })
        const signer = await recoverAddress({ hash: hashMessage(message), signature })
        expect(signer).toBe(account.address)

        const typed = {
          domain: { name: 'dpp', chainId: 1 },
          types: { Product: [{ name: 'scid', type: 'string' }] },
          primaryType: 'Product',
          message: { scid: 'Qm' },
        } as const
        const typedSignature = await account.signTypedData(typed)
        const { address } = account
        expect(await verifyTypedData({ address, ...typed, signature: typedSignature })).toBe(true)
      }))

    it('gives a low s and the right recovery id for every digest', () =>
      using(keys().open('secp256k1'), async (key) => {
        const account = await createKeyAccount(key)
        const hashes = Array.from({ length: 24 }, (): Hex => bytesToHex(randomBytes(32)))
        const signatures = await Promise.all(hashes.map((hash) => account.sign?.({ hash }) ?? '0x'))
        for (const [index, hash] of hashes.entries()) {
          const { r, s, yParity } = parseSignature(signatures[index] as Hex)
          expect(BigInt(s)).toBeLessThanOrEqual(HALF_ORDER)
          expect(await recoverAddress({ hash, signature: { r, s, yParity } })).toBe(account.address)
        }
      }))

    it('refuses the wrong kind of key before anything is signed', () =>
      using(keys().open('wrapping'), async (key) => {
        const opening = createKeyAccount(key)
        await expect(opening).rejects.toMatchObject({
          code: expect.stringMatching(/^ERR_DPP_KEY_(UNSUITABLE|REFUSED)$/),
        })
      }))
  })

  describe(`${name}: Ed25519`, () => {
    if (!options.hasEd25519) {
      it('says that the service cannot do it', () =>
        using(keys().open('secp256k1'), async (key) => {
          await expect(createKeySigner(key)).rejects.toMatchObject({
            code: 'ERR_DPP_KEY_UNSUITABLE',
          })
        }))
      return
    }
    it('signs bytes of different lengths as core’s signer, many at once', () =>
      using(keys().open('Ed25519'), async (key) => {
        const signer = await createKeySigner(key)
        const [did = ''] = signer.verificationMethod.split('#')
        const publicKey = decodeDidKey(did)
        const messages = [1, 64, 1000, 4096].map((length) => randomBytes(length))
        const signatures = await Promise.all(messages.map((message) => signer.sign(message)))
        messages.forEach((message, index) => {
          expect(verifyEd25519(publicKey, message, signatures[index] ?? message)).toBe(true)
        })
      }))

    it('takes another verification method', () =>
      using(keys().open('Ed25519'), async (key) => {
        const verificationMethod = 'did:web:issuer.example#key-1'
        const signer = await createKeySigner(key, { verificationMethod })
        expect(signer.verificationMethod).toBe(verificationMethod)
      }))

    it('refuses a key on another curve', () =>
      using(keys().open('secp256k1'), async (key) => {
        await expect(createKeySigner(key)).rejects.toMatchObject({ code: 'ERR_DPP_KEY_UNSUITABLE' })
      }))
  })

  describe(`${name}: wrapping`, () => {
    it('unwraps what it wrapped, and wraps the same secret differently each time', () =>
      using(keys().open('wrapping'), async (key) => {
        const wrapping = await key.openWrapping()
        const secret = randomBytes(32)
        const [first, second] = [await wrapping.wrap(secret), await wrapping.wrap(secret)]
        expect(first.ciphertext).not.toEqual(second.ciphertext)
        expect(await wrapping.unwrap(first)).toEqual(secret)
        expect(await wrapping.unwrap(second)).toEqual(secret)
      }))

    it('refuses a changed ciphertext and one of another algorithm', () =>
      using(keys().open('wrapping'), async (key) => {
        const wrapping = await key.openWrapping()
        const wrapped = await wrapping.wrap(randomBytes(32))
        const ciphertext = wrapped.ciphertext.slice()
        const last = ciphertext.length - 1
        ciphertext[last] = (ciphertext[last] ?? 0) ^ 1
        const code = 'ERR_DPP_KEY_WRAPPED'
        await expect(wrapping.unwrap({ ...wrapped, ciphertext })).rejects.toMatchObject({ code })
        const other = async (): Promise<Uint8Array> =>
          await wrapping.unwrap({ ...wrapped, algorithm: 'ROT13' })
        await expect(other()).rejects.toMatchObject({ code })
      }))
  })

  describe(`${name}: a key that is not there`, () => {
    it('is refused', () =>
      using(keys().openMissing(), async (key) => {
        await expect(createKeyAccount(key)).rejects.toMatchObject({ code: 'ERR_DPP_KEY_REFUSED' })
      }))
  })
}

function randomBytes(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length))
}
