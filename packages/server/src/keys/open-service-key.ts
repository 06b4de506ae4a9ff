// Opens the key that a place names. The clients are optional: only the one that is named is loaded.
import type { ServiceKey } from '@dpp/anchor/keys'
import { DppError, isDppError } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'
import { loadOptional } from '../optional-package.ts'
import type { KeyPlace } from './key-place.ts'

/** A place, and what the configuration says beside it. */
export type NamedPlace = {
  /** What named the place, for messages. */
  readonly variable: string
  readonly place: KeyPlace
  readonly pin: string | undefined
}

/**
 * Gives `use` a handle of the key. Credentials come from where the clouds' clients look for them (environment, container,
 * instance), the PIN from the configuration. Whoever uses it closes it.
 *
 * @throws ERR_DPP_CONFIG_INVALID when the client is not installed or the PIN is missing; what `use` throws, its message
 * beginning with the variable
 */
export async function useServiceKey<Result>(
  named: NamedPlace,
  use: (key: ServiceKey) => Promise<Result>,
): Promise<Result> {
  const key = await openServiceKey(named)
  return await use(key).catch((error: unknown) => {
    if (!isDppError(error)) throw error
    throw new DppError(error.code, `${named.variable}: ${error.message}`, { cause: error })
  })
}

async function openServiceKey({ variable, place, pin }: NamedPlace): Promise<ServiceKey> {
  if (place.kind === 'aws-kms') {
    const loading = import('@dpp/anchor/keys/aws-kms')
    const { createAwsKmsKey } = await loadOptional(variable, '@aws-sdk/client-kms', loading)
    const { keyId, region, endpoint } = place
    return createAwsKmsKey({
      keyId,
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
    })
  }
  if (place.kind === 'azure-key-vault') {
    const loading = import('@dpp/anchor/keys/azure-key-vault')
    const { createAzureKeyVaultKey } = await loadOptional(variable, '@azure/keyvault-keys', loading)
    const identity = await loadOptional(variable, '@azure/identity', import('@azure/identity'))
    const { vaultUrl, name, version } = place
    return createAzureKeyVaultKey({
      ...{ vaultUrl, name, credential: new identity.DefaultAzureCredential() },
      ...(version === undefined ? {} : { version }),
    })
  }
  if (pin === undefined) {
    const message = `${variable} names a PKCS#11 token: set DPP_PKCS11_PIN to the user's PIN`
    throw new DppError<ServerErrorCode>('ERR_DPP_CONFIG_INVALID', message)
  }
  const loading = import('@dpp/anchor/keys/pkcs11')
  const { createPkcs11Key } = await loadOptional(variable, 'pkcs11js', loading)
  const { modulePath, token, object, id } = place
  return createPkcs11Key({ modulePath, token, object, pin, ...(id === undefined ? {} : { id }) })
}
