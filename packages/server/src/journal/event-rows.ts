// The rows of an accepted request, and the statements that store them: what the writing thread does. Nothing is imported
// here but the database, so that the thread starts at once.
import type { Database } from './database.ts'
import type { AcceptedEvent } from './port.ts'

/** An event as its rows need it. */
export type EventRow = Omit<AcceptedEvent, 'products'> & {
  readonly products: readonly Pick<AcceptedEvent['products'][number], 'scid' | 'hosted'>[]
}

/** The new events of one request, stored all or none. */
export type AcceptedRequest = {
  readonly events: readonly EventRow[]
  readonly receipt: string
  readonly receivedAtMs: number
}

/** Stores the requests in one commit, and so with one flush of the disk; tells for each whether it was taken. */
export function storeRequests(
  database: Database,
  requests: readonly AcceptedRequest[],
): readonly boolean[] {
  return database.transaction(() => requests.map((request) => storeRequest(database, request)))
}

function storeRequest(database: Database, request: AcceptedRequest): boolean {
  const { events, receipt } = request
  const receiptId = database.insert('INSERT INTO receipts (body) VALUES (?)', receipt)
  const stored: StoredEvent[] = []
  for (const event of events) {
    const seq = insertEvent(database, event, receiptId, request.receivedAtMs)
    if (seq !== undefined) stored.push({ seq, digest: event.digest })
    if (seq === undefined || !insertDeliveries(database, event, seq)) {
      takeBack(database, receiptId, stored)
      return false
    }
  }
  return true
}

type StoredEvent = { readonly seq: number; readonly digest: string }

// Undefined when the digest, or the issuer's id, is there already: the unique indices look while they are written.
function insertEvent(
  database: Database,
  event: EventRow,
  receiptId: number,
  receivedAtMs: number,
): number | undefined {
  const { changes, lastInsertRowid } = database.change(
    `INSERT INTO events (digest, issuer, id, bytes, verification_method, key, received_at, receipt)
     VALUES (?, ?, ?, CAST(? AS BLOB), ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    event.digest,
    event.issuer,
    event.id,
    event.text,
    event.verificationMethod,
    event.key,
    receivedAtMs,
    receiptId,
  )
  if (Number(changes) === 0) return undefined
  const seq = Number(lastInsertRowid)
  if (event.audience !== undefined) {
    database.run(
      'INSERT INTO withheld (digest, audience) VALUES (?, ?)',
      event.digest,
      event.audience,
    )
  }
  return seq
}

// Where each delivery stands is decided here, within the commit: the product's control may have changed since the event was
// looked at. False when it is closed by now, and the receipt would promise what cannot be; or when it was registered since, and
// nobody has asked whether the issuer may write about it.
function insertDeliveries(database: Database, { products }: EventRow, seq: number): boolean {
  return products.every(({ scid, hosted }) => {
    const row = database.get(
      `INSERT INTO deliveries (event, scid, state) VALUES (?1, ?2, CASE
         (SELECT control FROM products WHERE scid = ?2)
         WHEN 'delegated' THEN 'pending' WHEN 'self' THEN 'awaiting-controller' ELSE 'not-hosted' END)
       RETURNING state`,
      seq,
      scid,
    )
    return hosted === (row?.['state'] !== 'not-hosted')
  })
}

// By hand, because it is rare: a savepoint for each request would copy every page that it changes, to a file when they
// are many, and so double the writes.
function takeBack(database: Database, receiptId: number, stored: readonly StoredEvent[]): void {
  for (const { seq, digest } of stored) {
    database.run('DELETE FROM deliveries WHERE event = ?', seq)
    database.run('DELETE FROM withheld WHERE digest = ?', digest)
    database.run('DELETE FROM events WHERE seq = ?', seq)
  }
  database.run('DELETE FROM receipts WHERE id = ?', receiptId)
}
