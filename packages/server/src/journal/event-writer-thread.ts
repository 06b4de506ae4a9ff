// The program of the writing thread: a connection of its own, one commit for each message.
import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from './database.ts'
import { type AcceptedRequest, storeRequests } from './event-rows.ts'
import type { WriterAnswer } from './event-writer.ts'

const database = openDatabase(String(workerData))

parentPort?.on('message', (requests: readonly AcceptedRequest[]) => {
  parentPort?.postMessage(answer(requests))
})

function answer(requests: readonly AcceptedRequest[]): WriterAnswer {
  try {
    return { results: storeRequests(database, requests) }
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string }
    return { message, code: code ?? 'ERR_SQLITE_ERROR' }
  }
}
