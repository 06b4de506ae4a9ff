// The anchor writer's records on SQLite: what was signed is durable before anybody else sees it.
import type { AnchorJournal, AnchorRecord } from '@dpp/anchor/ethereum'
import type { CrashPoint } from '../crash-point.ts'
import type { Database, Row } from './database.ts'
import type { Write } from './turns.ts'

export function createSqliteAnchors(
  database: Database,
  write: Write,
  crashPoint: CrashPoint,
): AnchorJournal {
  async function save(record: AnchorRecord): Promise<void> {
    // The transaction was signed before this call and is sent after it; each later state is recorded after the fact.
    if (record.state === 'sent') crashPoint('K7')
    if (record.state === 'mined' || record.state === 'final') crashPoint('K9')
    await write(() =>
      database.run(
        'INSERT OR REPLACE INTO anchors (root, state, record) VALUES (?, ?, ?)',
        record.root,
        record.state,
        JSON.stringify(record),
      ),
    )
    if (record.state === 'prepared' && record.transactions.length > 0) crashPoint('K6')
    if (record.state === 'sent') crashPoint('K8')
  }
  return {
    load: async (root) => {
      const row = database.get('SELECT record FROM anchors WHERE root = ?', root)
      return row === undefined ? undefined : parseRecord(row)
    },
    save,
    pending: async () =>
      database.all("SELECT record FROM anchors WHERE state <> 'final'").map(parseRecord),
  }
}

function parseRecord(row: Row): AnchorRecord {
  return JSON.parse(String(row['record'])) as AnchorRecord // Our own text, out of our own database.
}
