import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { openDatabase } from './database.ts'

// Has the file for itself for a moment, as a process that opens or leaves it does.
const HOLD = `
const { DatabaseSync } = require('node:sqlite')
const { parentPort, workerData } = require('node:worker_threads')
const database = new DatabaseSync(workerData)
database.exec('BEGIN EXCLUSIVE')
parentPort.postMessage('held')
setTimeout(() => database.close(), 300)`

it('waits for another process that opens the same file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dpp-database-'))
  const path = join(folder, 'journal.sqlite')
  const other = new Worker(HOLD, { eval: true, workerData: path })
  await once(other, 'message')
  const database = openDatabase(path)
  expect(database.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' })
  database.close()
  await other.terminate()
  rmSync(folder, { recursive: true, force: true })
})
