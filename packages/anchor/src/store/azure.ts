// Public files in a container of Azure Blob Storage, by the official client. For servers.
import {
  AnonymousCredential,
  ContainerClient,
  type RestError,
  type StoragePipelineOptions,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import type { StreamedBody } from './body-chunks.ts'
import { type ConditionalStoreOptions, createConditionalStore } from './conditional-store.ts'
import { type FailureKind, type ObjectService, requireTag } from './object-service.ts'
import type { Store } from './store.ts'

export type AzureStoreOptions = ConditionalStoreOptions & {
  /** The account's blob endpoint, for example `https://ACCOUNT.blob.core.windows.net`, with or without a SAS. */
  readonly endpoint: string
  readonly container: string
  /** A key of the account, or what `@azure/identity` makes; none for a SAS in the endpoint. */
  readonly credential?: AzureAccountKey | AzureTokenSource
}

export type AzureAccountKey = { readonly accountName: string; readonly accountKey: string }

/** The `TokenCredential` of Azure's clients. */
export type AzureTokenSource = {
  getToken(scopes: string | string[]): Promise<{ token: string; expiresOnTimestamp: number } | null>
}

/** Opens a store in a container. Nothing is sent before the first use. An object's version is its entity tag. */
export function createAzureStore(options: AzureStoreOptions): Store {
  return createConditionalStore(azureService(options), options)
}

const WRITE_ID = 'dppwrite' // Names of metadata are C# identifiers here, and come back in lower case.

// https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes and common-rest-api-error-codes
const refusingStatuses = [401, 403]
const refusingCodes = ['ContainerNotFound', 'InvalidResourceName', 'OutOfRangeInput']

function azureService(options: AzureStoreOptions): ObjectService {
  const container = containerClient(options)
  return {
    async get(path, abortSignal) {
      const blob = container.getBlockBlobClient(path)
      const answer = await blob.download(0, undefined, { abortSignal, maxRetryRequests: 0 })
      return {
        status: answer._response.status,
        tag: answer.etag,
        length: answer.contentLength,
        body: answer.readableStreamBody as StreamedBody | undefined,
      }
    },
    async head(path, abortSignal) {
      const answer = await container.getBlockBlobClient(path).getProperties({ abortSignal })
      return { token: requireTag(answer.etag), writeId: answer.metadata?.[WRITE_ID] }
    },
    async put({ path, body, meta, token, writeId }, abortSignal) {
      const blob = container.getBlockBlobClient(path)
      const answer = await blob.upload(body, body.length, {
        abortSignal,
        blobHTTPHeaders: {
          blobContentType: meta.contentType,
          blobCacheControl: meta.cacheControl,
        },
        metadata: { [WRITE_ID]: writeId },
        conditions: token === undefined ? { ifNoneMatch: '*' } : { ifMatch: token },
      })
      return requireTag(answer.etag)
    },
    remove: (path, abortSignal) => container.getBlockBlobClient(path).delete({ abortSignal }),
    async list(prefix, from, abortSignal) {
      const pages = container
        .listBlobsFlat({ abortSignal, ...(prefix === '' ? {} : { prefix }) })
        .byPage({ maxPageSize: 1000, ...(from === undefined ? {} : { continuationToken: from }) })
      const page = (await pages.next()).value
      const paths = (page?.segment.blobItems ?? []).map(({ name }: { name: string }) => name)
      return { paths, next: page?.continuationToken || undefined }
    },
    classify,
  }
}

function containerClient({ endpoint, container, credential }: AzureStoreOptions): ContainerClient {
  const url = new URL(endpoint)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${container}`
  // A repetition without a look in between would hide the outcome of the first.
  const once: StoragePipelineOptions = { retryOptions: { maxTries: 1 } }
  if (credential === undefined) {
    return new ContainerClient(url.href, new AnonymousCredential(), once)
  }
  if ('getToken' in credential) return new ContainerClient(url.href, credential, once)
  const { accountName, accountKey } = credential
  return new ContainerClient(
    url.href,
    new StorageSharedKeyCredential(accountName, accountKey),
    once,
  )
}

// Absent only where Azure says so: a proxy's 404 is an outage.
function classify(error: unknown): FailureKind {
  const { statusCode = 0, code, details } = error as Partial<RestError> & { details?: Headers }
  const said = code ?? details?.errorCode ?? '' // The answer to a HEAD has a code in a header only.
  if (statusCode === 404 && said === 'BlobNotFound') return 'absent'
  const refused = refusingStatuses.includes(statusCode) || refusingCodes.includes(said)
  return refused ? 'refused' : 'unknown'
}

type Headers = { readonly errorCode?: string }
