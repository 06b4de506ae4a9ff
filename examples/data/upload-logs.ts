// Bulk upload of the products' logs to any store: conditional, parallel, safe to repeat. A log that is there already and goes
// on from ours stays as it is, so that an upload never takes back what a service has appended.
import { type Store, updateObject } from '@dpp/anchor'
import type { DataSet } from './data-set.ts'
import { logKeyOf, openLogs } from './generate.ts'
import { inParallel } from './in-parallel.ts'
import type { Product } from './products.ts'

export type Uploaded = {
  readonly written: number
  readonly present: number
  readonly bytes: number
}

const LANES = 32
const meta = { contentType: 'text/jsonl', cacheControl: 'public, max-age=60, must-revalidate' }

/** Uploads the first log of each product. Throws for a log in the store that is not a continuation of ours. */
export async function uploadLogs(
  dataSet: DataSet,
  store: Store,
  products: readonly Product[],
  onProgress: (done: number) => void,
): Promise<Uploaded> {
  const logs = openLogs(dataSet)
  let written = 0
  let done = 0
  let bytes = 0
  await inParallel(products, LANES, async (product) => {
    const key = logKeyOf(product)
    const log = await logs.read(key)
    if (log === undefined) throw new Error(`the log of ${product.did} is missing`)
    const { body } = log
    let isNew = false
    await updateObject(
      store,
      key,
      (current) => {
        isNew = current === undefined
        if (current === undefined) return body
        if (!startsWith(current, body)) throw new Error(`another log stands at ${key}`)
        return current
      },
      meta,
    )
    if (isNew) written += 1
    bytes += body.length
    done += 1
    onProgress(done)
  })
  return { written, present: products.length - written, bytes }
}

function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, beginning.length), beginning) === 0
}
