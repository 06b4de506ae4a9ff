// A store by its name on the command line. The clients of clouds are large, so each is loaded only where it is named; their
// credentials come from where those clients look for them, never from the command line.
import type { Store } from '@dpp/anchor'
import { createFileStore } from '@dpp/anchor/store/file'

type Environment = { readonly [name: string]: string | undefined }

const adapters: Readonly<Record<string, (place: URL, environment: Environment) => Promise<Store>>> =
  {
    'file:': async (place) => createFileStore(decodeURIComponent(place.pathname)),
    's3:': openS3,
    'azure:': openAzure,
  }

export const storeHelp = `a folder; s3://BUCKET?region=R&endpoint=URL&pathStyle=true&unquotedEtags=true, with the
                           credentials of AWS's client; azure://CONTAINER, with AZURE_STORAGE_ENDPOINT (a SAS in it, or
                           AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY beside it)`

/** Opens `FOLDER`, `file:///FOLDER`, `s3://BUCKET?…` or `azure://CONTAINER`. */
export async function openStore(name: string, environment: Environment): Promise<Store> {
  if (!/^[a-z][a-z0-9]+:/.test(name)) return createFileStore(name)
  const place = new URL(name)
  const open = adapters[place.protocol]
  if (open === undefined)
    throw new Error(`${name}: a store is a folder, or ${Object.keys(adapters).join(', ')}`)
  return await open(place, environment)
}

async function openS3({ hostname: bucket, searchParams }: URL): Promise<Store> {
  const { createS3Store } = await import('@dpp/anchor/store/s3')
  const region = searchParams.get('region')
  const endpoint = searchParams.get('endpoint')
  return createS3Store({
    bucket,
    pathStyle: searchParams.get('pathStyle') === 'true',
    unquotedEtags: searchParams.get('unquotedEtags') === 'true',
    ...(region === null ? {} : { region }),
    ...(endpoint === null ? {} : { endpoint }),
  })
}

async function openAzure({ hostname: container }: URL, environment: Environment): Promise<Store> {
  const { createAzureStore } = await import('@dpp/anchor/store/azure')
  const endpoint = environment['AZURE_STORAGE_ENDPOINT']
  const accountName = environment['AZURE_STORAGE_ACCOUNT']
  const accountKey = environment['AZURE_STORAGE_KEY']
  if (endpoint === undefined) throw new Error('set AZURE_STORAGE_ENDPOINT for an azure: store')
  const credential =
    accountName === undefined || accountKey === undefined ? undefined : { accountName, accountKey }
  return createAzureStore({
    endpoint,
    container,
    ...(credential === undefined ? {} : { credential }),
  })
}
