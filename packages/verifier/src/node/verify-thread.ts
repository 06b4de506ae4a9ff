// A thread of `verifyProducts`: imports the caller's module once, then answers lists of DIDs with verdicts, in turn.
import { parentPort, workerData } from 'node:worker_threads'
import { verifyProduct } from '../verify-product.ts'
import type { ThreadSetup } from './verify-products.ts'

const { setup, data } = workerData as { readonly setup: string; readonly data: unknown }
const { createOptions } = (await import(setup)) as ThreadSetup
const options = await createOptions(data)

let turn: Promise<unknown> = Promise.resolve()
parentPort?.on('message', (dids: readonly string[]) => {
  // One share at a time: how much is asked for at once stays what a share holds.
  turn = turn.then(async () => {
    const verdicts = await Promise.all(dids.map((did) => verifyProduct(did, options)))
    parentPort?.postMessage(JSON.stringify(verdicts))
  })
})
