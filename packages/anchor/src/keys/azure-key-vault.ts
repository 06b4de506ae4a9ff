// Keys in Azure Key Vault or Managed HSM, by the official client.
import { CryptographyClient, KeyClient, type KeyVaultKey } from '@azure/keyvault-keys'
import { keyError } from '../errors.ts'
import type { AzureTokenSource } from '../store/azure.ts'
import { askService } from './ask-service.ts'
import type { KeyAlgorithm, ServiceKey, SigningKey, WrappingKey } from './key-service.ts'
import { assertPublicKey } from './public-key.ts'

export type AzureKeyVaultKeyOptions = {
  /** `https://VAULT.vault.azure.net`, or that of a managed HSM. */
  readonly vaultUrl: string
  readonly name: string
  /** Default: the newest version when the key is opened; that one is used until it is opened again. */
  readonly version?: string
  /** What `@azure/identity` makes. */
  readonly credential: AzureTokenSource
  /** For one operation with its repetitions. Default 10 s. */
  readonly timeoutMs?: number
}

const WRAP_ALGORITHM = 'RSA-OAEP-256'

/**
 * Names a key in a vault. It needs the operations `get` and `sign` for signing (EC on curve P-256K), `get`, `wrapKey` and
 * `unwrapKey` for wrapping (RSA).
 *
 * Key Vault has no Ed25519 keys: opening one for that throws ERR_DPP_KEY_UNSUITABLE. The client repeats what was throttled or
 * failed, three times at most.
 */
export function createAzureKeyVaultKey(options: AzureKeyVaultKeyOptions): ServiceKey {
  const { vaultUrl, name, version, credential, timeoutMs } = options
  const patience = { retryOptions: { maxRetries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2000 } }
  const client = new KeyClient(vaultUrl, credential, patience)

  function ask<Answer>(send: (options: SendOptions) => Promise<Answer>): Promise<Answer> {
    return askService({ service: 'Azure Key Vault', timeoutMs }, send, translate)
  }
  function find(wanted = version): Promise<KeyVaultKey> {
    return ask((to) => client.getKey(name, { ...to, ...(wanted && { version: wanted }) }))
  }
  function cryptography(key: KeyVaultKey): CryptographyClient {
    return new CryptographyClient(key, credential, patience)
  }

  async function openSigning(algorithm: KeyAlgorithm): Promise<SigningKey> {
    if (algorithm === 'Ed25519') {
      throw unsuitable('Azure Key Vault has no Ed25519 keys: use another service, or a local key')
    }
    const key = await find()
    const { kty = 'of no type', crv = 'no curve', x, y } = key.key ?? {}
    if (!/^EC(-HSM)?$/.test(kty) || crv !== 'P-256K' || x === undefined || y === undefined) {
      throw unsuitable(`the key is ${kty} on ${crv}: secp256k1 needs EC on P-256K`)
    }
    const signer = cryptography(key)
    return {
      algorithm,
      publicKey: assertPublicKey(Uint8Array.of(4, ...x, ...y), algorithm),
      sign: async (digest) => (await ask((to) => signer.sign('ES256K', digest, to))).result,
    }
  }

  async function openWrapping(): Promise<WrappingKey> {
    const newest = await find()
    const { kty = 'of no type' } = newest.key ?? {}
    if (!/^RSA(-HSM)?$/.test(kty)) {
      throw unsuitable(`the key is ${kty}: wrapping needs RSA`)
    }
    return {
      async wrap(secret) {
        const { result } = await ask((to) =>
          cryptography(newest).wrapKey(WRAP_ALGORITHM, secret, to),
        )
        const { version: wrappedBy } = newest.properties
        return {
          algorithm: WRAP_ALGORITHM,
          ...(wrappedBy === undefined ? {} : { version: wrappedBy }),
          ciphertext: result,
        }
      },
      async unwrap({ algorithm, version: wrappedBy, ciphertext }) {
        if (algorithm !== WRAP_ALGORITHM) {
          throw notWrapped(`it was wrapped by ${algorithm}, not by ${WRAP_ALGORITHM}`)
        }
        // After a rotation the newest version is not the one that wrapped it.
        const key = wrappedBy === newest.properties.version ? newest : await find(wrappedBy)
        const { result } = await ask((to) =>
          cryptography(key).unwrapKey(algorithm, ciphertext, to),
        ).catch((error: unknown) => {
          throw isBadRequest(error) ? notWrapped((error as Error).message) : error
        })
        return Uint8Array.from(result) // It is a Buffer.
      },
    }
  }

  return { openSigning, openWrapping, close: async () => {} }
}

type SendOptions = { readonly abortSignal: AbortSignal }

// https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
function translate(error: unknown): Error {
  const { name, message, code, statusCode = 0 } = error as FailedRequest
  const said = `Azure Key Vault: ${code ?? name}: ${message}`
  const isClients = statusCode >= 400 && statusCode < 500 && ![408, 429].includes(statusCode)
  const isRefused = isClients || name === 'CredentialUnavailableError'
  return isRefused
    ? keyError('ERR_DPP_KEY_REFUSED', said, { cause: error })
    : keyError('ERR_DPP_KEY_UNAVAILABLE', said, { cause: error })
}

function isBadRequest(error: unknown): boolean {
  const { cause } = error as { readonly cause?: FailedRequest }
  return cause?.statusCode === 400
}

type FailedRequest = Error & { readonly statusCode?: number; readonly code?: string }

function unsuitable(message: string): Error {
  return keyError('ERR_DPP_KEY_UNSUITABLE', message)
}

function notWrapped(message: string): Error {
  return keyError('ERR_DPP_KEY_WRAPPED', message)
}
