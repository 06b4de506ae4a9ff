// What `bench -- verifier` hands to the threads of `verifyProducts`: a folder of products and a chain in memory.
//
// JavaScript, as an installed module is: Node would strip types anew in every thread, for as long as 150 products take.
import { readFileSync } from 'node:fs'
import { createFolderSource, createMemoryReader, parsePolicy } from '@dpp/verifier'

/** @param {Omit<import('./verifier.bench.ts').ProductsJob, 'dids'>} job */
export function createOptions({ folders, chain, now }) {
  /** @param {string} path */
  const readFile = async (path) => {
    try {
      return readFileSync(path)
    } catch (error) {
      if (error.code === 'ENOENT') return undefined
      throw error
    }
  }
  return {
    policy: parsePolicy({ chains: [{ id: chain.id, registry: chain.registry }] }),
    sources: [createFolderSource({ folders, readFile })],
    readers: [createMemoryReader(chain)],
    now: new Date(now),
  }
}
