// The hashes of the service's first keys, to which every genesis commits: asked of a running service, or computed from its
// master secret where the identities are made before the service runs.
import { fromHex } from '@dpp/core'
import type { ServiceClient } from './service-client.ts'

/** Gives the hash of the service's key for entry 2 of each item, in the order of the items. */
export type ServiceKeys = (digitalLinks: readonly string[]) => Promise<readonly string[]>

const FIRST_SERVICE_ENTRY = 2

export function serviceKeysFromSecret(masterSecret: string): ServiceKeys {
  if (!/^[0-9a-f]{64}$/.test(masterSecret))
    throw new Error('WITNESS_PRIVATE_KEY is not 64 lower-case hex digits')
  return async (links) => {
    const { createUpdateKeys } = await import('@dpp/server') // A whole service: loaded by those alone who compute its keys.
    const keys = createUpdateKeys(fromHex(masterSecret))
    return links.map((link) => keys.hashFor(link, FIRST_SERVICE_ENTRY))
  }
}

export function serviceKeysFrom(service: ServiceClient): ServiceKeys {
  return async (alsoKnownAs) => {
    const { keys } = await service.post<{
      keys: { alsoKnownAs: string; nextKeyHash: string }[]
    }>('/dids/keys', { alsoKnownAs })
    const byLink = new Map(keys.map((key) => [key.alsoKnownAs, key.nextKeyHash]))
    return alsoKnownAs.map((link) => {
      const hash = byLink.get(link)
      if (hash === undefined) throw new Error(`the service gave no key for ${link}`)
      return hash
    })
  }
}
