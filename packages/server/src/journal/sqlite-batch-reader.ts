// Batches and their leaves as anybody may read them, on SQLite.
import { invariant } from '@dpp/core'
import type { Batch, BatchReader, BatchState, Leaf } from './batch-port.ts'
import type { Database, Row } from './database.ts'
import { optional } from './database.ts'

export function createSqliteBatchReader(database: Database): BatchReader {
  return {
    find: async (id) => findBatch(database, id),
    list: async (limit, before = Number.MAX_SAFE_INTEGER) =>
      database
        .all('SELECT * FROM batches WHERE id < ? ORDER BY id DESC LIMIT ?', before, limit)
        .map(parseBatchRow),
    open: async () =>
      database.all("SELECT * FROM batches WHERE state <> 'settled' ORDER BY id").map(parseBatchRow),
    leaves: async (id) =>
      database.all('SELECT * FROM leaves WHERE batch = ? ORDER BY position', id).map(parseLeafRow),
  }
}

export function findBatch(database: Database, id: number): Batch | undefined {
  const row = database.get('SELECT * FROM batches WHERE id = ?', id)
  return row === undefined ? undefined : parseBatchRow(row)
}

function parseBatchRow(row: Row): Batch {
  const time = (value: unknown): Date => new Date(Number(value))
  return {
    id: Number(row['id']),
    state: String(row['state']) as BatchState,
    createdAt: time(row['created_at']),
    ...(row['published_at'] === null ? {} : { publishedAt: time(row['published_at']) }),
    ...(row['settled_at'] === null ? {} : { settledAt: time(row['settled_at']) }),
    ...optional('root', row['root']),
    ...(row['tree_size'] === null ? {} : { treeSize: Number(row['tree_size']) }),
    ...optional('problem', row['problem']),
    events: Number(row['events']),
  }
}

function parseLeafRow(row: Row): Leaf {
  const leafHash = row['leaf_hash']
  invariant(leafHash instanceof Uint8Array, 'a leaf hash is bytes')
  return {
    kind: row['kind'] === 'issuer' ? 'issuer' : 'product',
    scid: String(row['scid']),
    versionId: String(row['version_id']),
    parent: typeof row['parent'] === 'string' ? row['parent'] : null,
    leafHash,
  }
}
