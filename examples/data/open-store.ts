// A store by its name on the command line. A store that has an adapter in @dpp/anchor has a line in the table; a cloud's own
// needs its SDK, which is loaded only where it is named.
import type { Store } from '@dpp/anchor'
import { createFileStore } from '@dpp/anchor/store/file'

const adapters: Readonly<Record<string, (place: URL, name: string) => Promise<Store>>> = {
  'file:': async (place) => createFileStore(decodeURIComponent(place.pathname)),
  's3:': refuse,
  'azure:': refuse,
}

/** Opens `FOLDER` or `file:///FOLDER`. */
export async function openStore(name: string): Promise<Store> {
  if (!/^[a-z][a-z0-9]+:/.test(name)) return createFileStore(name)
  const place = new URL(name)
  const open = adapters[place.protocol]
  if (open === undefined)
    throw new Error(`${name}: a store is a folder, or ${Object.keys(adapters).join(', ')}`)
  return await open(place, name)
}

async function refuse(_: URL, name: string): Promise<Store> {
  throw new Error(`${name}: there is no adapter for this store yet; a folder has one`)
}
