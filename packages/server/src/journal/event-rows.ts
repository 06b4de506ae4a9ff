// The rows of an accepted request, and the statements that store them: what the writing thread does. Nothing is imported
// here but the database, so that the thread starts at once.
import type { Database } from './database.ts'
import type { AcceptedEvent } from './port.ts'

/** An event as its rows need it. */
export type EventRow = Omit<AcceptedEvent, 'products'> & { readonly scids: readonly string[] }

/** The new events of one request, stored all or none. */
export type AcceptedRequest = {
  readonly events: readonly EventRow[]
  readonly receipt: string
  readonly receivedAtMs: number
}

/** Stores the requests in one commit, and so with one flush of the disk; tells for each whether all its events were new. */
export function storeRequests(
  database: Database,
  requests: readonly AcceptedRequest[],
): readonly boolean[] {
  return database.transaction(() => requests.map((request) => storeRequest(database, request)))
}

function storeRequest(database: Database, request: AcceptedRequest): boolean {
  const { events, receipt, receivedAtMs } = request
  database.run('SAVEPOINT request')
  const receiptId = database.insert('INSERT INTO receipts (body) VALUES (?)', receipt)
  const isStored = events.every((event) => insert(database, event, receiptId, receivedAtMs))
  if (!isStored) database.run('ROLLBACK TO request')
  database.run('RELEASE request')
  return isStored
}

// False when the digest, or the issuer's id, is there already: the unique indices look while they are written.
function insert(
  database: Database,
  event: EventRow,
  receiptId: number,
  receivedAtMs: number,
): boolean {
  const { changes, lastInsertRowid: seq } = database.change(
    `INSERT INTO events (digest, issuer, id, bytes, verification_method, key, received_at, receipt)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    event.digest,
    event.issuer,
    event.id,
    event.bytes,
    event.verificationMethod,
    event.key,
    receivedAtMs,
    receiptId,
  )
  if (Number(changes) === 0) return false
  if (event.audience !== undefined) {
    database.run(
      'INSERT INTO withheld (digest, audience) VALUES (?, ?)',
      event.digest,
      event.audience,
    )
  }
  for (const scid of event.scids) {
    // Decided here, within the commit: the product's control may have changed since the event was looked at.
    database.run(
      `INSERT INTO deliveries (event, scid, state) VALUES (?1, ?2, CASE
         (SELECT control FROM products WHERE scid = ?2)
         WHEN 'delegated' THEN 'pending' WHEN 'self' THEN 'awaiting-controller' ELSE 'not-hosted' END)`,
      seq,
      scid,
    )
  }
  return true
}
