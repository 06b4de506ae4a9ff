// The embedded journal: one SQLite database, one lock file. The default for a single machine; nothing to install.
import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DppError } from '@dpp/core'
import type { CrashPoint } from '../crash-point.ts'
import type { ServerErrorCode } from '../errors.ts'
import type { BatchBook } from './batch-port.ts'
import { type Database, openDatabase } from './database.ts'
import { createEventWriter } from './event-writer.ts'
import type { Journal } from './port.ts'
import { createSqliteAnchors } from './sqlite-anchors.ts'
import { createSqliteBatchReader } from './sqlite-batch-reader.ts'
import { createSqliteBatchBook } from './sqlite-batches.ts'
import { createSqliteEvents } from './sqlite-events.ts'
import { createSqliteIssuers, createSqliteProducts } from './sqlite-products.ts'
import { createTurns, type Write } from './turns.ts'

/** The database's name in the data folder. */
export const JOURNAL_FILE = 'journal.sqlite'

/** Opens the journal in `folder`, which exists; makes it when it is missing. */
export function openSqliteJournal(folder: string, crashPoint: CrashPoint): Journal {
  const path = join(folder, JOURNAL_FILE)
  // For its owner alone, whatever the folder lets others read: restricted events are in it. SQLite gives its other files the same mode.
  closeSync(openSync(path, 'a', 0o600))
  const database = openDatabase(path)
  const takeTurn = createTurns()
  const write: Write = (work) => takeTurn(() => database.transaction(work))
  const writer = createEventWriter(path, takeTurn)
  return {
    events: createSqliteEvents(database, { writer, write }),
    products: createSqliteProducts(database, write),
    issuers: createSqliteIssuers(database, write),
    anchors: createSqliteAnchors(database, write, crashPoint),
    batches: createSqliteBatchReader(database),
    acquireLease: () => acquireLease(database, write, join(folder, 'lease.sqlite')),
    probe: async () => {
      // Another value each time: SQLite does not write a row that stays the same.
      await write(() => database.run('UPDATE probe SET n = 1 - n'))
    },
    close: async () => {
      await writer.close()
      database.close()
    },
  }
}

/**
 * Opens the journal of a service that has run in `folder` before, for a look or a repair.
 *
 * @throws ERR_DPP_CONFIG_INVALID when there is none: an empty one would be found to be in perfect order.
 */
export function openExistingJournal(folder: string): Journal {
  if (existsSync(join(folder, JOURNAL_FILE))) return openSqliteJournal(folder, () => {})
  throw new DppError<ServerErrorCode>('ERR_DPP_CONFIG_INVALID', `there is no journal in ${folder}`)
}

// The lease is SQLite's own exclusive file lock: the kernel gives it back at the instant the holder dies, however it
// dies, and a holder that is merely paused keeps it. The token guards what a lock cannot: a copy of the data folder.
async function acquireLease(
  database: Database,
  write: Write,
  path: string,
): Promise<BatchBook | undefined> {
  const lock = new DatabaseSync(path)
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE')
    lock.exec('BEGIN EXCLUSIVE')
  } catch {
    lock.close()
    return undefined
  }
  const token = await write(() => {
    database.run('UPDATE lease SET token = token + 1')
    return Number(database.get('SELECT token FROM lease')?.['token'])
  })
  return createSqliteBatchBook(database, write, { token, unlock: () => lock.close() })
}
