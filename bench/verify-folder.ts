// A worker that verifies products from a folder: `bench -- verifier` starts one, and then two of them.
import { readFile } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import {
  type ChainSnapshot,
  createFolderSource,
  createMemoryReader,
  parsePolicy,
  verifyProduct,
} from '@dpp/verifier'

export type FolderJob = {
  /** Public host → folder. */
  readonly folders: Readonly<Record<string, string>>
  readonly dids: readonly string[]
  readonly chain: ChainSnapshot
  readonly now: Date
}

const { folders, dids, chain, now } = workerData as FolderJob
const source = createFolderSource({
  folders,
  readFile: (path) =>
    readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    }),
})
const options = {
  policy: parsePolicy({ chains: [{ id: chain.id, registry: chain.registry }] }),
  sources: [source],
  readers: [createMemoryReader(chain)],
  now,
}

// Each message is a range of products; the answer says that all of them are anchored.
parentPort?.on('message', async ({ from, to }: { from: number; to: number }) => {
  for (let at = from; at < to; at++) {
    const { status } = await verifyProduct(dids[at % dids.length] ?? '', options)
    if (status !== 'anchored') throw new Error(`honest evidence is ${status}`)
  }
  parentPort?.postMessage('done')
})
