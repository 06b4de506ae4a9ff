// The event queue on SQLite. Requests that arrive together share one commit, and so one flush of the disk.
import type { Database } from './database.ts'
import { eachText, optional } from './database.ts'
import type { AcceptedEvent, DeliveryState, EventQueue, EventStanding } from './port.ts'

type Waiting = {
  readonly events: readonly AcceptedEvent[]
  readonly receipt: string
  readonly receivedAt: Date
  readonly resolve: (accepted: boolean) => void
  readonly reject: (error: unknown) => void
}

export function createSqliteEvents(database: Database): EventQueue {
  let group: Waiting[] = []

  function standing(event: { digest: string; issuer: string; id: string }): EventStanding {
    const known = database.get(
      'SELECT body FROM events JOIN receipts ON receipts.id = events.receipt WHERE digest = ?',
      event.digest,
    )
    if (known !== undefined) return { kind: 'known', receipt: String(known['body']) }
    const first = database.get(
      'SELECT digest FROM events WHERE issuer = ? AND id = ?',
      event.issuer,
      event.id,
    )
    return first === undefined
      ? { kind: 'new' }
      : { kind: 'conflict', digest: String(first['digest']) }
  }

  function store({ events, receipt, receivedAt }: Waiting): boolean {
    if (!events.every(isNew)) return false
    const receiptId = database.insert('INSERT INTO receipts (body) VALUES (?)', receipt)
    for (const event of events) insert(event, receiptId, receivedAt)
    return true
  }

  function isNew({ digest, issuer, id }: AcceptedEvent): boolean {
    const known = database.get(
      `SELECT 1 FROM events WHERE digest = ?
       UNION ALL SELECT 1 FROM events WHERE issuer = ? AND id = ?`,
      digest,
      issuer,
      id,
    )
    return known === undefined
  }

  function insert(event: AcceptedEvent, receiptId: number, receivedAt: Date): void {
    const seq = database.insert(
      `INSERT INTO events (digest, issuer, id, bytes, verification_method, key, received_at, receipt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      event.digest,
      event.issuer,
      event.id,
      event.bytes,
      event.verificationMethod,
      event.key,
      receivedAt.getTime(),
      receiptId,
    )
    for (const { scid } of event.products) {
      // Decided here, within the commit: the product's control may have changed since the event was looked at.
      database.run(
        `INSERT INTO deliveries (event, scid, state) VALUES (?1, ?2, CASE
           (SELECT control FROM products WHERE scid = ?2)
           WHEN 'delegated' THEN 'pending' WHEN 'self' THEN 'awaiting-controller' ELSE 'not-hosted' END)`,
        seq,
        scid,
      )
    }
  }

  function flush(): void {
    const taken = group
    group = []
    try {
      const results = database.transaction(() => taken.map(store))
      taken.forEach(({ resolve }, index) => {
        resolve(results[index] === true)
      })
    } catch (error) {
      for (const { reject } of taken) reject(error)
    }
  }

  return {
    standing: async (event) => standing(event),
    accept: (events, receipt, receivedAt) =>
      new Promise((resolve, reject) => {
        group.push({ events, receipt, receivedAt, resolve, reject })
        if (group.length === 1) setImmediate(flush)
      }),
    bytes: async (digest) => {
      const row = database.get('SELECT bytes FROM events WHERE digest = ?', digest)
      return row?.['bytes'] instanceof Uint8Array ? row['bytes'] : undefined
    },
    deliveries: async (digest) => {
      const rows = database.all(
        `SELECT scid, state, batch, version_id, reason FROM events JOIN deliveries ON event = seq
         WHERE digest = ? ORDER BY scid`,
        digest,
      )
      if (rows.length === 0) return undefined
      return rows.map((row) => ({
        scid: String(row['scid']),
        state: String(row['state']) as DeliveryState,
        ...(row['batch'] === null ? {} : { batch: Number(row['batch']) }),
        ...optional('versionId', row['version_id']),
        ...optional('reason', row['reason']),
      }))
    },
    sealed: async (scid) => {
      const rows = database.all(
        `SELECT digest, version_id FROM deliveries JOIN events ON seq = event
         WHERE scid = ? AND state = 'sealed'`,
        scid,
      )
      return new Map(rows.map((row) => [String(row['digest']), String(row['version_id'])]))
    },
    waiting: async (scid) =>
      database
        .all(
          `SELECT digest FROM deliveries JOIN events ON seq = event
           WHERE scid = ? AND state IN ('pending', 'awaiting-controller') ORDER BY event`,
          scid,
        )
        .map((row) => String(row['digest'])),
    recent: async (limit, before, { issuer, product } = {}) =>
      database
        .all(
          `SELECT digest, issuer, received_at FROM events
           WHERE seq < ifnull((SELECT seq FROM events WHERE digest = ?1), ${Number.MAX_SAFE_INTEGER})
             AND ifnull(?3, issuer) = issuer
             AND (?4 IS NULL OR EXISTS (SELECT 1 FROM deliveries WHERE event = seq AND scid = ?4))
           ORDER BY seq DESC LIMIT ?2`,
          before ?? null,
          limit,
          issuer ?? null,
          product ?? null,
        )
        .map((row) => ({
          digest: String(row['digest']),
          issuer: String(row['issuer']),
          receivedAt: new Date(Number(row['received_at'])),
        })),
    list: () =>
      eachText((after, size) =>
        database.all(
          'SELECT digest FROM events WHERE digest > ? ORDER BY digest LIMIT ?',
          after,
          size,
        ),
      ),
    backlog: async () => {
      const row = database.get(
        `SELECT n, (SELECT received_at FROM events WHERE seq = first) AS oldest
         FROM (SELECT count(*) AS n, min(event) AS first FROM deliveries WHERE state = 'pending')`,
      )
      const oldest = row?.['oldest']
      return {
        deliveries: Number(row?.['n']),
        oldest: typeof oldest === 'number' ? new Date(oldest) : undefined,
      }
    },
    dead: async (limit) =>
      database
        .all(
          `SELECT digest, scid, reason FROM deliveries JOIN events ON seq = event
           WHERE state = 'dead' ORDER BY event LIMIT ?`,
          limit,
        )
        .map((row) => ({
          digest: String(row['digest']),
          scid: String(row['scid']),
          reason: String(row['reason']),
        })),
    replay: async (digest) =>
      database.transaction(() =>
        database.run(
          `UPDATE deliveries SET state = 'pending', reason = NULL
           WHERE state = 'dead' AND event = (SELECT seq FROM events WHERE digest = ?)`,
          digest,
        ),
      ),
  }
}
