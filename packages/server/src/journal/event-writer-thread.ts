// The program of the writing thread: a connection of its own, one commit for the messages that have arrived.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { openDatabase } from './database.ts'
import { type AcceptedRequest, storeRequests } from './event-rows.ts'
import type { WriterAnswer } from './event-writer.ts'

type Message = readonly AcceptedRequest[]

// Requests. More in one commit would spare little, and all who wait for it would come back at once: the service idles, then chokes.
const ENOUGH_FOR_A_COMMIT = 64

const database = openDatabase(String(workerData))
const port = parentPort

port?.on('message', (first: Message) => {
  const messages = [first]
  while (messages.reduce((sum, { length }) => sum + length, 0) < ENOUGH_FOR_A_COMMIT) {
    const next = receiveMessageOnPort(port)
    if (next === undefined) break
    messages.push(next.message)
  }
  port.postMessage(commit(messages))
})

function commit(messages: readonly Message[]): readonly WriterAnswer[] {
  try {
    const results = [...storeRequests(database, messages.flat())]
    return messages.map(({ length }) => ({ results: results.splice(0, length) }))
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string }
    return messages.map(() => ({ message, code: code ?? 'ERR_SQLITE_ERROR' }))
  }
}
