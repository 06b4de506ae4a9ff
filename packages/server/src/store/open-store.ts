// Opens the store that the configuration names. The clouds' clients are optional and large: only the one that is named
// is loaded.
import { join } from 'node:path'
import type { Store } from '@dpp/anchor'
import { createFileStore } from '@dpp/anchor/store/file'
import { DppError } from '@dpp/core'
import type { Config } from '../config.ts'
import type { ServerErrorCode } from '../errors.ts'
import { loadOptional } from '../optional-package.ts'
import type { StorePlace } from './store-place.ts'

/** The part of the configuration that a store needs. */
export type StoreConfig = Pick<
  Config,
  'dataDir' | 'store' | 'publishParallel' | 'azureAccount' | 'azureAccountKey' | 'azureSasToken'
>

/** How long one request may take, and how often it is tried; the adapters' own defaults otherwise. */
export type StorePatience = { readonly timeoutMs?: number; readonly attempts?: number }

/**
 * Opens the store; nothing is sent yet. Credentials for S3 come from where its client looks for them (environment,
 * profile, container, instance), for Azure from the configuration.
 *
 * @throws ERR_DPP_CONFIG_INVALID when the client is not installed or credentials are missing
 */
export async function openStore(config: StoreConfig, patience: StorePatience = {}): Promise<Store> {
  const place = config.store ?? { kind: 'file', folder: join(config.dataDir, 'files') }
  if (place.kind === 'file') return createFileStore(place.folder)
  const parallel = config.publishParallel
  if (place.kind === 's3') {
    const { createS3Store } = await loadOptional(
      'DPP_STORE',
      '@aws-sdk/client-s3',
      import('@dpp/anchor/store/s3'),
    )
    const { kind, endpoint, region, ...rest } = place
    return createS3Store({
      ...rest,
      parallel,
      ...patience,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
    })
  }
  const { createAzureStore } = await loadOptional(
    'DPP_STORE',
    '@azure/storage-blob',
    import('@dpp/anchor/store/azure'),
  )
  return createAzureStore({
    container: place.container,
    prefix: place.prefix,
    parallel,
    ...patience,
    ...azureAccess(place, config),
  })
}

type AzurePlace = Extract<StorePlace, { kind: 'azure' }>

function azureAccess(
  { endpoint }: AzurePlace,
  { azureAccount: accountName, azureAccountKey: accountKey, azureSasToken: sas }: StoreConfig,
): { endpoint: string; credential?: { accountName: string; accountKey: string } } {
  const base = endpoint ?? (accountName && `https://${accountName}.blob.core.windows.net`)
  if (base !== undefined && sas !== undefined) {
    return { endpoint: `${base}?${sas.replace(/^\?/, '')}` }
  }
  if (base === undefined || accountName === undefined || accountKey === undefined) {
    throw invalid(
      'DPP_STORE names Azure: set AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY, or AZURE_STORAGE_SAS_TOKEN',
    )
  }
  return { endpoint: base, credential: { accountName, accountKey } }
}

function invalid(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_CONFIG_INVALID', message)
}
