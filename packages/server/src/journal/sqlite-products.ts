// Product logs and issuer logs on SQLite.
import type { Database, Row } from './database.ts'
import { eachText, optional } from './database.ts'
import { createKnownOwners } from './known-owners.ts'
import type {
  AppendedEntries,
  Control,
  Entry,
  IssuerBook,
  IssuerLog,
  Product,
  ProductBook,
  ProductOwner,
} from './log-port.ts'
import type { Write } from './turns.ts'

export function createSqliteProducts(database: Database, write: Write): ProductBook {
  function add(product: Product, genesis: Entry): 'added' | 'known' | 'taken' {
    const same = database.get(
      'SELECT version_id FROM entries WHERE scid = ? AND version_number = 1',
      product.scid,
    )
    if (same !== undefined) return same['version_id'] === genesis.versionId ? 'known' : 'taken'
    if (database.get('SELECT 1 FROM products WHERE item = ?', product.item)) return 'taken'
    database.run(
      'INSERT INTO products (scid, did, item, controller, control, head) VALUES (?, ?, ?, ?, ?, ?)',
      product.scid,
      product.did,
      product.item,
      product.controller,
      product.control,
      product.head,
    )
    insertEntry(database, genesis)
    return 'added'
  }
  function append(appended: AppendedEntries): 'appended' | 'moved' | 'busy' {
    const { scid, before, entries, head, controller, control, sealed } = appended
    if (findProduct(database, scid)?.head !== before) return 'moved'
    const claimed = database.get(
      "SELECT 1 FROM deliveries WHERE state = 'claimed' AND scid = ?",
      scid,
    )
    if (claimed !== undefined) return 'busy'
    // A log is closed only when nothing waits for it: an event may have arrived since the entries were checked.
    if (control === 'closed' && countWaiting(scid) > sealed.length) return 'busy'
    if (appended.isClosing !== true) database.run('DELETE FROM closings WHERE scid = ?', scid)
    for (const entry of entries) insertEntry(database, entry)
    for (const { digest, versionId } of sealed) {
      database.run(
        `UPDATE deliveries SET state = 'sealed', version_id = ?
         WHERE scid = ? AND event = (SELECT seq FROM events WHERE digest = ?)`,
        versionId,
        scid,
        digest,
      )
    }
    database.run(
      'UPDATE products SET head = ?, controller = ?, control = ? WHERE scid = ?',
      head,
      controller,
      control,
      scid,
    )
    // What waits, waits for whoever can append now.
    database.run(
      `UPDATE deliveries SET state = ?
       WHERE scid = ? AND state IN ('pending', 'awaiting-controller')`,
      control === 'delegated' ? 'pending' : 'awaiting-controller',
      scid,
    )
    return 'appended'
  }
  function findOwner(scid: string): ProductOwner | undefined {
    const row = database.get(
      `SELECT did, item, controller, CASE WHEN control = 'delegated'
         AND EXISTS (SELECT 1 FROM closings WHERE closings.scid = products.scid)
         THEN 'closed' ELSE control END AS control FROM products WHERE scid = ?`,
      scid,
    )
    return row === undefined ? undefined : parseOwnerRow(row)
  }
  function countWaiting(scid: string): number {
    const row = database.get(
      `SELECT count(*) AS n FROM deliveries
       WHERE scid = ? AND state IN ('pending', 'awaiting-controller')`,
      scid,
    )
    return Number(row?.['n'])
  }
  return {
    add: (product, genesis) => write(() => add(product, genesis)),
    find: async (scid) => findProduct(database, scid),
    owner: createKnownOwners(database, findOwner),
    requestClosing: (scid, request) =>
      write(() => {
        database.run('INSERT OR IGNORE INTO closings (scid, request) VALUES (?, ?)', scid, request)
      }),
    closingRequest: async (scid) => {
      const row = database.get('SELECT request FROM closings WHERE scid = ?', scid)
      return row === undefined ? undefined : String(row['request'])
    },
    // CROSS JOIN: the few closings first, never all products.
    closing: async () =>
      database
        .all(
          `SELECT products.* FROM closings CROSS JOIN products ON products.scid = closings.scid
           WHERE control = 'delegated' AND suspended IS NULL AND NOT EXISTS (
             SELECT 1 FROM deliveries WHERE deliveries.scid = products.scid
               AND state IN ('pending', 'claimed'))`,
        )
        .map(parseProductRow),
    suspended: async () =>
      database
        .all('SELECT scid, suspended FROM products WHERE suspended IS NOT NULL ORDER BY scid')
        .map((row) => ({ scid: String(row['scid']), reason: String(row['suspended']) })),
    resume: (scid) =>
      write(() => {
        database.run('UPDATE products SET suspended = NULL WHERE scid = ?', scid)
        database.run('UPDATE entries SET batch = NULL WHERE batch = 0 AND scid = ?', scid)
        database.run(
          `UPDATE deliveries SET state = 'sealed', reason = NULL
           WHERE scid = ? AND state = 'dead' AND version_id IS NOT NULL`,
          scid,
        )
      }),
    append: (appended) => write(() => append(appended)),
    byItem: async (item) => {
      const row = database.get(
        'SELECT scid, did, item, controller, control FROM products WHERE item = ?',
        item,
      )
      return row === undefined ? undefined : { scid: String(row['scid']), ...parseOwnerRow(row) }
    },
    page: async (limit, after = '', { controller, control } = {}) =>
      database
        .all(
          `SELECT scid, did FROM products WHERE scid > ?1 AND ifnull(?3, controller) = controller
             AND ifnull(?4, control) = control ORDER BY scid LIMIT ?2`,
          after,
          limit,
          controller ?? null,
          control ?? null,
        )
        .map((row) => ({ scid: String(row['scid']), did: String(row['did']) })),
    list: () =>
      eachText((after, size) =>
        database.all('SELECT scid FROM products WHERE scid > ? ORDER BY scid LIMIT ?', after, size),
      ),
    lines: async (scid) =>
      database
        .all('SELECT line FROM entries WHERE scid = ? ORDER BY version_number', scid)
        .map((row) => String(row['line'])),
  }
}

export function findProduct(database: Database, scid: string): Product | undefined {
  const row = database.get('SELECT * FROM products WHERE scid = ?', scid)
  return row === undefined ? undefined : parseProductRow(row)
}

export function insertEntry(database: Database, entry: Entry, batch?: number): void {
  database.run(
    'INSERT INTO entries (scid, version_number, version_id, line, batch) VALUES (?, ?, ?, ?, ?)',
    entry.scid,
    entry.versionNumber,
    entry.versionId,
    entry.line,
    batch ?? null,
  )
}

export function createSqliteIssuers(database: Database, write: Write): IssuerBook {
  function find(did: string): IssuerLog | undefined {
    const row = database.get('SELECT * FROM issuers WHERE did = ?', did)
    if (!(row?.['log'] instanceof Uint8Array)) return undefined
    return {
      did,
      scid: String(row['scid']),
      log: row['log'],
      ...(row['witness_file'] instanceof Uint8Array ? { witnessFile: row['witness_file'] } : {}),
      fetchedAt: new Date(Number(row['fetched_at'])),
      expiresAt: new Date(Number(row['expires_at'])),
    }
  }
  function save({ did, scid, log, witnessFile, fetchedAt, expiresAt }: IssuerLog): void {
    database.run(
      `INSERT OR REPLACE INTO issuers (did, scid, log, witness_file, fetched_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      did,
      scid,
      log,
      witnessFile ?? null,
      fetchedAt.getTime(),
      expiresAt.getTime(),
    )
  }
  return {
    find: async (did) => find(did),
    save: (log) => write(() => save(log)),
  }
}

function parseOwnerRow(row: Row): ProductOwner {
  return {
    did: String(row['did']),
    item: String(row['item']),
    controller: String(row['controller']),
    control: String(row['control']) as Control,
  }
}

function parseProductRow(row: Row): Product {
  return {
    ...parseOwnerRow(row),
    scid: String(row['scid']),
    head: String(row['head']),
    ...optional('suspended', row['suspended']),
  }
}
