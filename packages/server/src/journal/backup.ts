// A copy of the embedded journal while the service runs: one consistent state, as a file that can take its place.
import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DppError } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'
import { JOURNAL_FILE } from './sqlite.ts'

/**
 * Writes the journal in `folder` to a new file, durably. Writers are not held up.
 *
 * @throws ERR_DPP_CONFIG_INVALID when there is no journal, or the file exists
 */
export async function backupJournal(folder: string, file: string): Promise<void> {
  const journal = join(folder, JOURNAL_FILE)
  if (!existsSync(journal)) throw invalid(`there is no journal in ${folder}`)
  if (existsSync(file)) throw invalid(`${file} exists: a backup replaces nothing`)
  // Its owner alone may read it, as the data folder: restricted events are in it. SQLite fills an empty file.
  await (await open(file, 'wx', 0o600)).close()
  const database = new DatabaseSync(journal, { readOnly: true })
  try {
    database.prepare('VACUUM INTO ?').run(file)
  } finally {
    database.close()
  }
  const written = await open(file, 'r+') // SQLite leaves the flushing of a copy to its maker.
  await written.sync().finally(() => written.close())
}

function invalid(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_CONFIG_INVALID', message)
}
