// The batch book on SQLite: what was claimed, signed, published, rooted, settled. Each write is one transaction that
// first checks the fencing token, so that a process that lost the lease while it slept changes nothing.
import { setImmediate } from 'node:timers/promises'
import { DppError, invariant } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'
import type { BatchBook, BatchState, Leaf, SignedEntry, Tip } from './batch-port.ts'
import type { Database } from './database.ts'
import { createSqliteBatchReader, findBatch } from './sqlite-batch-reader.ts'
import { createSqliteClaims, untilShort } from './sqlite-claims.ts'
import { insertEntry } from './sqlite-products.ts'
import type { Write } from './turns.ts'

const TIPS_PER_PAGE = 250
const LEAVES_PER_PAGE = 1000

/** The writing side for the holder of fencing token `token`; `unlock` gives the lease back. */
export function createSqliteBatchBook(
  database: Database,
  write: Write,
  { token, unlock }: { readonly token: number; readonly unlock: () => void },
): BatchBook {
  function fenced<Result>(work: () => Result): Promise<Result> {
    return write(() => {
      if (database.get('SELECT token FROM lease')?.['token'] !== token) {
        throw new DppError<ServerErrorCode>('ERR_DPP_LEASE_LOST', 'another process seals batches')
      }
      return work()
    })
  }

  function recordEntries(id: number, entries: readonly SignedEntry[]): void {
    for (const { entry, head, controller, digests } of entries) {
      const before = database.get(
        'SELECT 1 FROM entries WHERE scid = ? AND version_number = ?',
        entry.scid,
        entry.versionNumber - 1,
      )
      invariant(before !== undefined, 'an entry follows the one before it')
      insertEntry(database, entry, id)
      database.run(
        'UPDATE products SET head = ?, controller = ? WHERE scid = ?',
        head,
        controller,
        entry.scid,
      )
      const sealed = database.run(
        `UPDATE deliveries INDEXED BY deliveries_of_product SET state = 'sealed', version_id = ?
         WHERE batch = ? AND scid = ? AND state = 'claimed'`,
        entry.versionId,
        id,
        entry.scid,
      )
      invariant(sealed === digests.length, 'an entry seals exactly the digests it carries')
    }
  }

  // What is claimed of a product beyond its first `kept` waits again.
  async function returnClaims(id: number, scid: string, kept: number): Promise<void> {
    const claimed = database.get(
      `SELECT count(*) AS n FROM deliveries INDEXED BY deliveries_of_product
       WHERE batch = ? AND scid = ? AND state = 'claimed'`,
      id,
      scid,
    )
    await untilShort(Number(claimed?.['n']) - kept, (most) =>
      fenced(() =>
        database.run(
          `UPDATE deliveries SET state = 'pending', batch = NULL WHERE scid = ?2 AND event IN (
             SELECT event FROM deliveries INDEXED BY deliveries_of_product
             WHERE batch = ?1 AND scid = ?2 AND state = 'claimed' ORDER BY event DESC LIMIT ?3)`,
          id,
          scid,
          most,
        ),
      ),
    )
  }

  // A page of leaves is a commit; they count once the root is there.
  async function recordRoot(id: number, root: string, leaves: readonly Leaf[]): Promise<void> {
    const known = findBatch(database, id)?.root
    if (known !== undefined) {
      invariant(known === root, 'a batch never has two roots') // Invariant I4.
      return
    }
    for (let from = 0; from < leaves.length; from += LEAVES_PER_PAGE) {
      await fenced(() => insertLeaves(id, from, leaves.slice(from, from + LEAVES_PER_PAGE)))
      await setImmediate()
    }
    await fenced(() => {
      database.run('DELETE FROM leaves WHERE batch = ? AND position >= ?', id, leaves.length)
      database.run(
        "UPDATE batches SET root = ?, tree_size = ?, state = 'rooted' WHERE id = ?",
        root,
        leaves.length,
        id,
      )
    })
  }

  // In the place of those that a process wrote which was killed before it wrote the root.
  function insertLeaves(id: number, from: number, leaves: readonly Leaf[]): void {
    leaves.forEach((leaf, index) => {
      database.run(
        `INSERT OR REPLACE INTO leaves (batch, position, kind, scid, version_id, parent, leaf_hash)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        id,
        from + index,
        leaf.kind,
        leaf.scid,
        leaf.versionId,
        leaf.parent,
        leaf.leafHash,
      )
    })
  }

  function advance(id: number, state: BatchState, now: Date): void {
    const stamp =
      state === 'published' ? ', published_at = ?3' : state === 'settled' ? ', settled_at = ?3' : ''
    const values = stamp === '' ? [state, id] : [state, id, now.getTime()]
    database.run(`UPDATE batches SET state = ?1, problem = NULL${stamp} WHERE id = ?2`, ...values)
    if (state === 'settled') database.run('DELETE FROM published WHERE batch = ?', id)
  }

  // Page by page: the lines of a large batch would fill the memory.
  async function* tips(id: number): AsyncGenerator<Tip> {
    let after = ''
    for (;;) {
      const rows = database.all(
        `SELECT e.scid, e.version_id, e.line, p.version_id AS parent
         FROM (SELECT scid, max(version_number) AS tip FROM entries
               WHERE batch = ? AND scid > ? GROUP BY scid ORDER BY scid LIMIT ?) AS t
         JOIN entries AS e ON e.scid = t.scid AND e.version_number = t.tip
         LEFT JOIN entries AS p ON p.scid = t.scid AND p.version_number = t.tip - 1
         ORDER BY e.scid`,
        id,
        after,
        TIPS_PER_PAGE,
      )
      for (const row of rows) {
        after = String(row['scid'])
        yield {
          scid: after,
          versionId: String(row['version_id']),
          line: String(row['line']),
          parent: typeof row['parent'] === 'string' ? row['parent'] : null,
        }
      }
      if (rows.length < TIPS_PER_PAGE) return
    }
  }

  return {
    ...createSqliteBatchReader(database),
    ...createSqliteClaims(database, fenced),
    recordEntries: async (id, entries) => {
      for (const { entry, digests } of entries) await returnClaims(id, entry.scid, digests.length)
      await fenced(() => recordEntries(id, entries))
    },
    suspend: (id, scid, reason) =>
      fenced(() => {
        database.run('UPDATE products SET suspended = ? WHERE scid = ?', reason, scid)
        database.run(
          `UPDATE deliveries SET state = 'dead', batch = NULL, reason = ?
           WHERE scid = ? AND (state = 'pending' OR (batch = ? AND state = 'claimed'))`,
          reason,
          scid,
          id,
        )
      }),
    setAside: (id, scid, reason) =>
      fenced(() => {
        database.run('UPDATE products SET suspended = ? WHERE scid = ?', reason, scid)
        // No batch has the number 0, and none claims it.
        database.run('UPDATE entries SET batch = 0 WHERE batch = ? AND scid = ?', id, scid)
        database.run(
          `UPDATE deliveries SET state = 'dead', batch = NULL, reason = ?1
           WHERE scid = ?2 AND (state = 'pending' OR (batch = ?3 AND state = 'sealed'))`,
          reason,
          scid,
          id,
        )
      }),
    handOver: (id, scid) =>
      fenced(() => {
        database.run(
          "UPDATE products SET control = 'self' WHERE scid = ? AND control = 'delegated'",
          scid,
        )
        database.run(
          `UPDATE deliveries SET state = 'awaiting-controller', batch = NULL
           WHERE scid = ? AND (state = 'pending' OR (batch = ? AND state = 'claimed'))`,
          scid,
          id,
        )
      }),
    products: async (id, limit, after = '') =>
      database
        .all(
          'SELECT DISTINCT scid FROM entries WHERE batch = ? AND scid > ? ORDER BY scid LIMIT ?',
          id,
          after,
          limit,
        )
        .map(({ scid }) => String(scid)),
    voidEntries: (id, scid, kept, winners) =>
      fenced(() => {
        database.run(
          `UPDATE deliveries INDEXED BY deliveries_of_product
           SET state = 'pending', batch = NULL, version_id = NULL
           WHERE batch = ?1 AND scid = ?2 AND version_id IN
             (SELECT version_id FROM entries WHERE scid = ?2 AND batch = ?1 AND version_number > ?3)`,
          id,
          scid,
          kept,
        )
        database.run(
          'DELETE FROM entries WHERE scid = ? AND batch = ? AND version_number > ?',
          scid,
          id,
          kept,
        )
        for (const entry of winners.entries) insertEntry(database, entry)
        database.run(
          'UPDATE products SET head = ?, controller = ? WHERE scid = ?',
          winners.head,
          winners.controller,
          scid,
        )
      }),
    defer: (id, scid) =>
      fenced(() => {
        database.run('UPDATE entries SET batch = NULL WHERE batch = ? AND scid = ?', id, scid)
        database.run(
          `UPDATE deliveries INDEXED BY deliveries_of_product SET batch = NULL
           WHERE batch = ? AND scid = ? AND state = 'sealed'`,
          id,
          scid,
        )
      }),
    notePublished: (id, kind, item) =>
      fenced(() => {
        database.run('INSERT OR REPLACE INTO published VALUES (?, ?, ?)', id, kind, item)
      }),
    publishedUpTo: async (id, kind) => {
      const row = database.get('SELECT item FROM published WHERE batch = ? AND kind = ?', id, kind)
      return row === undefined ? undefined : String(row['item'])
    },
    tips,
    isAnchoredTip: async (scid, versionId) =>
      database.get(
        `SELECT 1 FROM leaves JOIN batches ON id = batch
         WHERE scid = ? AND version_id = ? AND kind = 'issuer' AND root IS NOT NULL`,
        scid,
        versionId,
      ) !== undefined,
    recordRoot,
    advance: (id, state, now) => fenced(() => advance(id, state, now)),
    noteProblem: (id, problem) =>
      fenced(() => {
        database.run('UPDATE batches SET problem = ? WHERE id = ?', problem ?? null, id)
      }),
    release: async () => unlock(),
  }
}
