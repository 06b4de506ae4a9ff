// The journal that the configuration names: SQLite in the data folder, or Redis.
import type { Config } from '../config.ts'
import type { CrashPoint } from '../crash-point.ts'
import type { Journal } from './port.ts'
import { openExistingRedisJournal, openRedisJournal } from './redis/journal.ts'
import { openExistingJournal as openExistingSqliteJournal, openSqliteJournal } from './sqlite.ts'

export type JournalConfig = Pick<Config, 'dataDir' | 'queue' | 'redisUnsafe'>

/** Opens the journal; makes it when there never was one. `onLost` hears when acknowledged data is gone. */
export async function openJournal(
  { dataDir, queue, redisUnsafe }: JournalConfig,
  crashPoint: CrashPoint,
  onLost: (error: Error) => void,
): Promise<Journal> {
  if (queue === undefined) return openSqliteJournal(dataDir, crashPoint)
  return await openRedisJournal({
    place: queue,
    folder: dataDir,
    accept: redisUnsafe,
    crashPoint,
    onLost,
  })
}

/**
 * Opens the journal of a service that has run before, for a look or a repair.
 *
 * @throws ERR_DPP_CONFIG_INVALID when there is none: an empty one would be found to be in perfect order.
 */
export async function openExistingJournal(config: JournalConfig): Promise<Journal> {
  const { dataDir, queue } = config
  if (queue === undefined) return openExistingSqliteJournal(dataDir)
  return await openExistingRedisJournal(queue, dataDir)
}
