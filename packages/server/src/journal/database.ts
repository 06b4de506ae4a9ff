// The embedded database: node:sqlite in WAL mode with synchronous=FULL, so that a commit that returned survives
// kill −9 and a power cut. Every write goes through `transaction`; every statement is prepared once.
import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementResultingChanges,
} from 'node:sqlite'

export type Row = { readonly [column: string]: SQLOutputValue }

export type Database = {
  /** Gives the number of rows that changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  /** Gives the number of rows that changed and the row id of the last one inserted. */
  change(sql: string, ...values: SQLInputValue[]): StatementResultingChanges
  /** Gives the row id of the row that was inserted. */
  insert(sql: string, ...values: SQLInputValue[]): number
  get(sql: string, ...values: SQLInputValue[]): Row | undefined
  all(sql: string, ...values: SQLInputValue[]): readonly Row[]
  /** Runs `work` and commits it, or undoes all of it when it throws. Not reentrant: `work` is synchronous. */
  transaction<Result>(work: () => Result): Result
  /** Runs `work`, which only reads, on one state of the database. */
  snapshot<Result>(work: () => Result): Result
  close(): void
}

// Column meanings are the types of `port.ts`. Times are milliseconds since 1970. `item` is unique: two logs for one
// item would share update keys. An event's (issuer, id) is unique: that is the rule against two bodies with one meaning.
// Tables with long texts keep their row ids: in the tree of a key, four such rows would fill a page.
const SCHEMA = `
CREATE TABLE IF NOT EXISTS receipts (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, issuer TEXT NOT NULL, id TEXT NOT NULL, bytes BLOB NOT NULL,
  verification_method TEXT NOT NULL, key TEXT NOT NULL, received_at INTEGER NOT NULL,
  receipt INTEGER NOT NULL REFERENCES receipts(id), UNIQUE (issuer, id)) STRICT;
CREATE TABLE IF NOT EXISTS deliveries (
  event INTEGER NOT NULL REFERENCES events(seq), scid TEXT NOT NULL, state TEXT NOT NULL, batch INTEGER,
  version_id TEXT, reason TEXT, PRIMARY KEY (event, scid)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_of_product ON deliveries (scid, state, event);
CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (event, scid) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_in_order ON deliveries (batch, state, event) WHERE batch IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_claimed ON deliveries (scid) WHERE state = 'claimed';
CREATE INDEX IF NOT EXISTS deliveries_dead ON deliveries (event) WHERE state = 'dead';
CREATE INDEX IF NOT EXISTS deliveries_unbatched ON deliveries (state) WHERE state = 'sealed' AND batch IS NULL;
CREATE TABLE IF NOT EXISTS withheld (
  digest TEXT PRIMARY KEY, audience TEXT, erased_at INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS products (
  scid TEXT PRIMARY KEY, did TEXT NOT NULL, item TEXT NOT NULL UNIQUE, controller TEXT NOT NULL,
  control TEXT NOT NULL, head TEXT NOT NULL, suspended TEXT) STRICT;
CREATE TABLE IF NOT EXISTS closings (scid TEXT PRIMARY KEY, request TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owner_changes (id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO owner_changes VALUES (1, 0);
CREATE TRIGGER IF NOT EXISTS owner_changed AFTER UPDATE OF controller, control ON products
  WHEN old.controller <> new.controller OR old.control <> new.control
  BEGIN UPDATE owner_changes SET n = n + 1; END;
CREATE TRIGGER IF NOT EXISTS closing_requested AFTER INSERT ON closings
  BEGIN UPDATE owner_changes SET n = n + 1; END;
CREATE TRIGGER IF NOT EXISTS closing_withdrawn AFTER DELETE ON closings
  BEGIN UPDATE owner_changes SET n = n + 1; END;
CREATE TABLE IF NOT EXISTS entries (
  scid TEXT NOT NULL REFERENCES products(scid), version_number INTEGER NOT NULL, version_id TEXT NOT NULL,
  line TEXT NOT NULL, batch INTEGER, PRIMARY KEY (scid, version_number)) STRICT;
CREATE INDEX IF NOT EXISTS entries_unclaimed ON entries (scid) WHERE batch IS NULL;
CREATE INDEX IF NOT EXISTS entries_of_batch ON entries (batch, scid, version_number) WHERE batch IS NOT NULL;
CREATE TABLE IF NOT EXISTS issuers (
  did TEXT PRIMARY KEY, scid TEXT NOT NULL, log BLOB NOT NULL, witness_file BLOB, fetched_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS batches (
  id INTEGER PRIMARY KEY, state TEXT NOT NULL, created_at INTEGER NOT NULL, published_at INTEGER,
  settled_at INTEGER, root TEXT UNIQUE, tree_size INTEGER, events INTEGER NOT NULL DEFAULT 0,
  problem TEXT) STRICT;
CREATE TABLE IF NOT EXISTS published (
  batch INTEGER NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (batch, kind)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS batches_open ON batches (id) WHERE state <> 'settled';
CREATE TABLE IF NOT EXISTS leaves (
  batch INTEGER NOT NULL REFERENCES batches(id), position INTEGER NOT NULL, kind TEXT NOT NULL, scid TEXT NOT NULL,
  version_id TEXT NOT NULL, parent TEXT, leaf_hash BLOB NOT NULL, PRIMARY KEY (batch, position)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS leaves_of_log ON leaves (scid, version_id);
CREATE TABLE IF NOT EXISTS anchors (root TEXT PRIMARY KEY, state TEXT NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS lease (id INTEGER PRIMARY KEY CHECK (id = 1), token INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO lease VALUES (1, 0);
CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO probe VALUES (1, 0);
`

/** Opens the database file, making it and its tables when they are missing. */
export function openDatabase(path: string): Database {
  const connection = new DatabaseSync(path)
  // First: another process (a standby, fsck) may hold the write lock, also while it opens the same file.
  connection.exec('PRAGMA busy_timeout = 10000')
  connection.exec('PRAGMA journal_mode = WAL')
  connection.exec('PRAGMA synchronous = FULL')
  connection.exec('PRAGMA foreign_keys = ON')
  connection.exec('PRAGMA cache_size = -16384') // 16 MiB; the service has two connections.
  connection.exec('PRAGMA wal_autocheckpoint = 8192') // Pages: a checkpoint per 32 MiB, not per few hundred events.
  connection.exec(SCHEMA)
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  // SQL texts are literals of this folder, so that the map is bounded.
  function prepared(sql: string): ReturnType<DatabaseSync['prepare']> {
    const known = statements.get(sql) ?? connection.prepare(sql)
    statements.set(sql, known)
    return known
  }
  function transaction<Result>(work: () => Result): Result {
    connection.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      connection.exec('COMMIT')
      return result
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK') // A full disk may have ended it already.
      throw error
    }
  }
  // Without the transaction, where SQLite refuses to begin one: then each look-up says so itself.
  function snapshot<Result>(work: () => Result): Result {
    try {
      connection.exec('BEGIN')
    } catch {
      return work()
    }
    try {
      return work()
    } finally {
      if (connection.isTransaction) connection.exec('COMMIT') // A disk error may have ended it.
    }
  }
  return {
    run: (sql, ...values) => Number(prepared(sql).run(...values).changes),
    change: (sql, ...values) => prepared(sql).run(...values),
    insert: (sql, ...values) => Number(prepared(sql).run(...values).lastInsertRowid),
    get: (sql, ...values) => prepared(sql).get(...values),
    all: (sql, ...values) => prepared(sql).all(...values),
    transaction,
    snapshot,
    close: () => connection.close(),
  }
}

/** The first column of a query page by page: `page` takes the value to begin after, and gives at most `size` rows. */
export async function* eachText(
  page: (after: string, size: number) => readonly Row[],
): AsyncGenerator<string> {
  const size = 500
  let after = ''
  for (;;) {
    const rows = page(after, size)
    for (const row of rows) {
      after = String(Object.values(row)[0])
      yield after
    }
    if (rows.length < size) return
  }
}

/** A text column that may be NULL, as an optional property. */
export function optional<Name extends string>(
  name: Name,
  value: SQLOutputValue | undefined,
): { readonly [Key in Name]?: string } {
  return (typeof value === 'string' ? { [name]: value } : {}) as { readonly [Key in Name]?: string }
}
