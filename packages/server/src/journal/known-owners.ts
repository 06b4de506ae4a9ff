// Who owns the products that events name, from memory. Each commit of the writing thread empties the page cache of the
// connection that reads: to look an owner up again for every event costs the main thread half as much as to parse the event.
import { gathered } from '../gathered.ts'
import type { Database } from './database.ts'
import type { ProductOwner } from './log-port.ts'

const MAX_OWNERS = 10_000

/**
 * Makes a look-up that asks `find` for the owners it has not seen. The database counts the changes of owners, whoever makes
 * them, and the count is looked at once for all look-ups of one turn of the event loop: no answer is older than that turn.
 */
export function createKnownOwners(
  database: Database,
  find: (scid: string) => ProductOwner | undefined,
): (scid: string) => Promise<ProductOwner | undefined> {
  const known = new Map<string, ProductOwner>()
  let seen: unknown

  function forgetWhatChanged(): void {
    const changes = database.get('SELECT n FROM owner_changes')?.['n']
    if (changes !== seen || known.size > MAX_OWNERS) known.clear()
    seen = changes
  }
  function ownerOf(scid: string): ProductOwner | undefined {
    const owner = known.get(scid) ?? find(scid)
    if (owner !== undefined) known.set(scid, owner)
    return owner
  }
  return gathered(async (scids: readonly string[]) =>
    database.snapshot(() => {
      forgetWhatChanged()
      return scids.map(ownerOf)
    }),
  )
}
