// Product logs and issuer logs on SQLite.
import type { Database, Row } from './database.ts'
import { eachText, optional } from './database.ts'
import type { Entry, IssuerBook, IssuerLog, Product, ProductBook } from './port.ts'

export function createSqliteProducts(database: Database): ProductBook {
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
  return {
    add: async (product, genesis) => database.transaction(() => add(product, genesis)),
    find: async (scid) => findProduct(database, scid),
    owner: async (scid) => {
      const row = database.get('SELECT did, item, controller FROM products WHERE scid = ?', scid)
      if (row === undefined) return undefined
      const { did, item, controller } = row as { did: string; item: string; controller: string }
      return { did, item, controller }
    },
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

export function createSqliteIssuers(database: Database): IssuerBook {
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
    save: async (log) => database.transaction(() => save(log)),
  }
}

function parseProductRow(row: Row): Product {
  return {
    scid: String(row['scid']),
    did: String(row['did']),
    item: String(row['item']),
    controller: String(row['controller']),
    control: row['control'] === 'delegated' ? 'delegated' : 'self',
    head: String(row['head']),
    ...optional('suspended', row['suspended']),
  }
}
