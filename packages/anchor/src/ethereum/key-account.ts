// An Ethereum account over a secp256k1 key in a service, as a viem account: it can be the relayer, or anything else that
// viem takes an account for.
import {
  bytesToHex,
  hashMessage,
  hashTypedData,
  hexToBytes,
  keccak256,
  numberToBytes,
  recoverAddress,
  type Signature,
  serializeSignature,
  serializeTransaction,
} from 'viem'
import { type LocalAccount, publicKeyToAddress, toAccount } from 'viem/accounts'
import { keyError } from '../errors.ts'
import type { ServiceKey } from '../keys/key-service.ts'

/** The order of secp256k1's group (SEC 2 §2.4.1). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/**
 * Opens `key` as an account. Its address is that of the public key.
 *
 * Each signature gets the low s that Ethereum asks for (EIP-2) and is checked: it is returned only if the account's address is
 * recovered from it.
 *
 * @throws ERR_DPP_KEY_UNAVAILABLE ERR_DPP_KEY_REFUSED ERR_DPP_KEY_UNSUITABLE; when signing also ERR_DPP_KEY_SIGNATURE
 */
export async function createKeyAccount(key: ServiceKey): Promise<LocalAccount> {
  const { publicKey, sign } = await key.openSigning('secp256k1')
  const address = publicKeyToAddress(bytesToHex(publicKey))

  async function signHash(hash: `0x${string}`): Promise<Signature> {
    const signature = await sign(hexToBytes(hash))
    if (signature.length !== 64) throw wrong(address)
    const r = bytesToHex(signature.subarray(0, 32))
    const s = bytesToHex(lowS(signature.subarray(32)))
    for (const yParity of [0, 1]) {
      const found = await recoverAddress({ hash, signature: { r, s, yParity } }).catch(() => '')
      if (found === address) return { r, s, yParity }
    }
    throw wrong(address)
  }

  return toAccount({
    address,
    sign: async ({ hash }) => serializeSignature(await signHash(hash)),
    signMessage: async ({ message }) => serializeSignature(await signHash(hashMessage(message))),
    signTypedData: async (data) => serializeSignature(await signHash(hashTypedData(data))),
    async signTransaction(transaction, { serializer = serializeTransaction } = {}) {
      const unsigned = await serializer(transaction)
      return serializer(transaction, await signHash(keccak256(unsigned)))
    },
  })
}

// Both s and n − s verify; the higher one is refused by Ethereum, and no service says which it gives.
function lowS(bytes: Uint8Array): Uint8Array {
  const s = BigInt(bytesToHex(bytes))
  if (s <= ORDER / 2n || s >= ORDER) return bytes
  return numberToBytes(ORDER - s, { size: 32 })
}

function wrong(address: string): Error {
  return keyError('ERR_DPP_KEY_SIGNATURE', `the service signed wrongly with the key of ${address}`)
}
