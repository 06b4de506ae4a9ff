// The event queue on SQLite: reads of what was accepted; the writing is the writer's.
import { gathered } from '../gathered.ts'
import type { Database } from './database.ts'
import { eachText, optional } from './database.ts'
import type { EventWriter } from './event-writer.ts'
import { createKnownEvents, type Named } from './known-events.ts'
import type { DeliveryState, EventQueue, EventStanding, Withheld } from './port.ts'
import type { Write } from './turns.ts'

export function createSqliteEvents(
  database: Database,
  { writer, write }: { readonly writer: EventWriter; readonly write: Write },
): EventQueue {
  const known = createKnownEvents(database)

  const standing = gathered(async (events: readonly Named[]) =>
    database.snapshot(() => events.map(findStanding)),
  )
  function findStanding(event: Named): EventStanding {
    const row = database.get(
      `SELECT digest, body FROM events JOIN receipts ON receipts.id = receipt WHERE digest = ?1
       UNION ALL SELECT digest, NULL FROM events WHERE issuer = ?2 AND id = ?3`,
      event.digest,
      event.issuer,
      event.id,
    )
    if (row === undefined) return { kind: 'new' }
    return typeof row['body'] === 'string'
      ? { kind: 'known', receipt: row['body'] }
      : { kind: 'conflict', digest: String(row['digest']) }
  }

  function bytes(digest: string): Uint8Array | undefined {
    const content = database.get('SELECT bytes FROM events WHERE digest = ?', digest)?.['bytes']
    return content instanceof Uint8Array && content.length > 0 ? content : undefined
  }

  function withheld(digest: string): Withheld | undefined {
    const row = database.get('SELECT audience, erased_at FROM withheld WHERE digest = ?', digest)
    if (row === undefined) return undefined
    const { audience, erased_at } = row
    return {
      audience: typeof audience === 'string' ? audience : undefined,
      isErased: erased_at !== null,
    }
  }

  function erase(digest: string, erasedAt: Date): boolean {
    if (database.run("UPDATE events SET bytes = x'' WHERE digest = ?", digest) === 0) return false
    database.run(
      `INSERT INTO withheld (digest, erased_at) VALUES (?, ?)
       ON CONFLICT (digest) DO UPDATE SET erased_at = ifnull(erased_at, excluded.erased_at)`,
      digest,
      erasedAt.getTime(),
    )
    return true
  }

  return {
    standing: async (event) => (known.mayHold(event) ? await standing(event) : { kind: 'new' }),
    accept: (events, receipt, receivedAt) => {
      known.add(events)
      return writer.store({
        events: events.map(({ products, ...event }) => ({
          ...event,
          products: products.map(({ scid, hosted }) => ({ scid, hosted })),
        })),
        receipt,
        receivedAtMs: receivedAt.getTime(),
      })
    },
    bytes: async (digest) => bytes(digest),
    publicBytes: async (digest) => (withheld(digest) === undefined ? bytes(digest) : undefined),
    withheld: async (digest) => withheld(digest),
    erase: (digest, erasedAt) => write(() => erase(digest, erasedAt)),
    countSince: async (issuer, since) =>
      Number(
        database.get(
          'SELECT count(*) AS n FROM events WHERE issuer = ? AND received_at >= ?',
          issuer,
          since.getTime(),
        )?.['n'],
      ),
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
          `SELECT digest FROM events WHERE seq > ifnull((SELECT seq FROM events WHERE digest = ?), 0)
           ORDER BY seq LIMIT ?`,
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
    countDead: async () =>
      Number(database.get("SELECT count(*) AS n FROM deliveries WHERE state = 'dead'")?.['n']),
    replay: (digest) =>
      write(() =>
        database.run(
          `UPDATE deliveries SET reason = NULL,
             state = CASE WHEN version_id IS NULL THEN 'pending' ELSE 'sealed' END
           WHERE state = 'dead' AND event = (SELECT seq FROM events WHERE digest = ?)`,
          digest,
        ),
      ),
  }
}
