// Which events may be in the queue already. Nearly all that arrive are new; to see that in the database costs as much as to
// parse the event, because each commit of the writing thread empties the caches of the reading connection. The unique
// indices decide in the end: a gap here costs a second look and lets no event in twice.
import { setImmediate } from 'node:timers/promises'
import { createBloomFilter } from './bloom-filter.ts'
import type { Database } from './database.ts'

export type Named = { readonly digest: string; readonly issuer: string; readonly id: string }

export type KnownEvents = {
  /** False when neither the digest nor the issuer's id is in the queue, as far as this process knows. */
  mayHold(event: Named): boolean
  /** Remembers events that are about to be stored. */
  add(events: readonly Named[]): void
}

const BITS = 2 ** 25 // 4 MiB, enough for 1.7 million events; more of them cost needless look-ups, and nothing else.
const PAGE = 500

/** Makes it for the queue in `database`, which it reads when it is first asked, a page at a time. */
export function createKnownEvents(database: Database): KnownEvents {
  const names = createBloomFilter(BITS)
  let state: 'empty' | 'reading' | 'whole' = 'empty'

  async function read(): Promise<void> {
    let last = { digest: '', issuer: '', id: '' }
    for (let size = PAGE; size === PAGE; await setImmediate()) {
      const rows = database.all(
        'SELECT digest FROM events WHERE digest > ? ORDER BY digest LIMIT ?',
        last.digest,
        PAGE,
      )
      for (const row of rows) {
        last = { ...last, digest: String(row['digest']) }
        names.add(last.digest)
      }
      size = rows.length
    }
    for (let size = PAGE; size === PAGE; await setImmediate()) {
      const rows = database.all(
        'SELECT issuer, id FROM events WHERE (issuer, id) > (?, ?) ORDER BY issuer, id LIMIT ?',
        last.issuer,
        last.id,
        PAGE,
      )
      for (const row of rows) {
        last = { ...last, issuer: String(row['issuer']), id: String(row['id']) }
        names.add(idOf(last))
      }
      size = rows.length
    }
  }

  function begin(): void {
    state = 'reading'
    read().then(
      () => {
        state = 'whole'
      },
      () => {}, // Closed, or unreadable: then every look-up says so itself.
    )
  }

  return {
    mayHold: (event) => {
      if (state === 'empty') begin()
      return state !== 'whole' || names.mayHold(event.digest) || names.mayHold(idOf(event))
    },
    add: (events) => {
      for (const event of events) {
        names.add(event.digest)
        names.add(idOf(event))
      }
    },
  }
}

function idOf({ issuer, id }: { readonly issuer: string; readonly id: string }): string {
  return `${issuer} ${id}`
}
